#include "server/journal/event_lines.hpp"

#include <gtest/gtest.h>

namespace throng::journal {
namespace {

TEST(EventLines, OneForEverythingInABatch) {
  chat::Batch batch;
  batch.chats.push_back({.chat = {7}, .creator = {1}, .created = 5, .name = "a\"b\n", .key = "k"});
  batch.members.push_back({.chat = {7}, .user = {2}, .present = true, .admin = true});
  batch.messages.push_back({{7}, 1, {2}, 6, "cm", "secret"});
  batch.messages.push_back({{7}, 2, {2}, 7, "cn", ""});
  batch.messages.back().extras = std::make_shared<const chat::MessageExtras>(
      chat::MessageExtras{.kind = protocol::MessageKind::kDelete, .re = 1});
  batch.cursors.push_back({.chat = {7}, .user = {2}, .delivered = 2, .read = 1});
  batch.last_seen.push_back({.user = {2}, .time = 8});
  std::string lines;
  EXPECT_EQ(append_lines(lines, batch, 9), 6u);
  EXPECT_EQ(lines,
            R"({"event":"chat","time":9,"chat":7,"creator":1,"created":5,"name":"a\"b\n"})"
            "\n"
            R"({"event":"member","time":9,"chat":7,"user":2,"present":true,"admin":true})"
            "\n"
            R"({"event":"message","time":6,"chat":7,"seq":1,"from":2,"kind":"text","bytes":6})"
            "\n"
            R"({"event":"message","time":7,"chat":7,"seq":2,"from":2,"kind":"delete","bytes":0})"
            "\n"
            R"({"event":"cursor","time":9,"chat":7,"user":2,"delivered":2,"read":1})"
            "\n"
            R"({"event":"last_seen","time":8,"user":2})"
            "\n");
}

TEST(EventLines, WhatSessionsDo) {
  std::string lines;
  append_line(lines, {.event = "session_begun", .user = {2}}, 9);
  append_line(lines, {.event = "typing", .user = {2}, .chat = {7}}, 9);
  append_line(lines, {.event = "activity", .user = {2}, .kind = "opened"}, 9);
  EXPECT_EQ(lines, R"({"event":"session_begun","time":9,"user":2})"
                   "\n"
                   R"({"event":"typing","time":9,"user":2,"chat":7})"
                   "\n"
                   R"({"event":"activity","time":9,"user":2,"kind":"opened"})"
                   "\n");
}

}  // namespace
}  // namespace throng::journal
