#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/users/social_graph.hpp"
#include "protocol/codec.hpp"

namespace throng::users {

/// What the server does wrong, once, to the next message that it can do it to.
enum class Fault { kNone, kLose, kTwice, kSwap, kFlip, kStray, kStoreAndRefuse, kReceiptBack };

/// A correct server in memory, as the protocol describes it, with connections that keep everything
/// in order but take their time, and break when the test wants. Link n is user n + 1.
class TinyServer final : public transport::Transport {
 public:
  TinyServer(const SocialGraph& graph, std::uint64_t seed)
      : graph_(graph), random_(seed, 77), links_(graph.users()), chats_(graph.chats()) {
    for (ChatIndex chat = 0; chat < graph.chats(); ++chat) {
      chats_[chat].cursors.resize(graph.members_of(chat).size());
    }
  }

  // ---- transport::Transport ----

  void open(transport::LinkId id) override {
    links_[id] = {};
    links_[id].state = Link::State::kOpening;
  }
  void send(transport::LinkId id, std::string_view json) override {
    if (links_[id].state == Link::State::kOpen) links_[id].up.emplace_back(json);
  }
  void close(transport::LinkId id) override { end(id, transport::CloseReason::kByUs); }
  void drop(transport::LinkId id) override { end(id, transport::CloseReason::kByUs); }
  void freeze(transport::LinkId, bool) override {}

  // ---- For the test ----

  void break_connection(transport::LinkId id) {
    const Link& link = links_[id];
    if (link.state == Link::State::kOpen) end(id, transport::CloseReason::kByPeer);
    if (link.state == Link::State::kOpening) end(id, transport::CloseReason::kRefused);
  }

  /// Lets one thing happen on a link; false if there is nothing.
  bool step(transport::LinkId id, transport::TransportListener& listener) {
    Link& link = links_[id];
    switch (link.state) {
      case Link::State::kClosed:
        return false;
      case Link::State::kOpening:
        link.state = Link::State::kOpen;
        listener.on_open(id);
        return true;
      case Link::State::kEnding:
        link.state = Link::State::kClosed;
        listener.on_closed(id, link.reason, 0);
        return true;
      case Link::State::kOpen:
        break;
    }
    if (!link.up.empty() && (link.down.empty() || random_.chance(0.5))) {
      const std::string json = std::move(link.up.front());
      link.up.pop_front();
      serve(id, json);
      return true;
    }
    if (link.down.empty()) return false;
    std::string text;
    for (std::size_t n = 1 + random_.below(link.down.size()); n > 0; --n) {
      text += link.down.front() + '\n';
      link.down.pop_front();
    }
    listener.on_text(id, padder_.padded(text));
    return true;
  }

  Fault fault = Fault::kNone;

 private:
  struct Link {
    enum class State { kClosed, kOpening, kOpen, kEnding } state = State::kClosed;
    bool live = false;
    transport::CloseReason reason = transport::CloseReason::kByUs;
    std::deque<std::string> up;
    std::deque<std::string> down;
  };
  struct Stored {
    UserNumber from;
    std::string cmid;
    std::string body;
  };
  struct Cursors {
    protocol::Seq delivered = 0;
    protocol::Seq read = 0;
  };
  struct Chat {
    std::vector<Stored> log;
    std::vector<Cursors> cursors;  ///< by member
    std::map<std::pair<UserNumber, std::string>, protocol::Seq> places;
  };

  void end(transport::LinkId id, transport::CloseReason reason) {
    Link& link = links_[id];
    if (link.state == Link::State::kClosed) return;
    link.state = Link::State::kEnding;
    link.reason = reason;
    link.live = false;
    link.up.clear();
    link.down.clear();
  }

  template <class Event>
  void tell(UserNumber user, const Event& event) {
    if (links_[user - 1].state != Link::State::kOpen) return;
    std::string json;
    protocol::encode(json, event);
    links_[user - 1].down.push_back(std::move(json));
  }

  void serve(transport::LinkId id, const std::string& json) {
    const auto event = decoder_.client_event(decoder_.padded(json));
    ASSERT_TRUE(event) << json;
    const UserNumber user = id + 1;
    if (const auto* hello = std::get_if<protocol::Hello>(&*event)) return greet(user, *hello);
    ASSERT_TRUE(links_[id].live) << "before hello: " << json;
    if (const auto* send = std::get_if<protocol::Send>(&*event)) return store(user, *send);
    if (const auto* at = std::get_if<protocol::Delivered>(&*event)) {
      return move_cursors(user, at->chat, at->seq, 0);
    }
    if (const auto* at = std::get_if<protocol::Read>(&*event)) {
      return move_cursors(user, at->chat, at->seq, at->seq);
    }
    if (std::holds_alternative<protocol::Ping>(*event)) tell(user, protocol::Pong{});
  }

  protocol::Message message(ChatIndex chat, protocol::Seq seq) const {
    const Stored& stored = chats_[chat].log[seq - 1];
    return {.chat = graph_.chat_id(chat),
            .seq = seq,
            .from = graph_.user_id(stored.from),
            .cmid = stored.cmid,
            .time = 0,
            .body = stored.body};
  }

  void greet(UserNumber user, const protocol::Hello& hello) {
    std::map<std::uint64_t, protocol::Seq> have;
    for (const auto& position : hello.have) have[position.chat.value] = position.seq;
    tell(user, protocol::Welcome{graph_.user_id(user), 0, 30, 0});
    protocol::CaughtUp caught_up;
    for (const auto& info : graph_.chats_of(user)) {
      const Chat& chat = chats_[info.chat];
      const protocol::ChatId id = graph_.chat_id(info.chat);
      const Cursors& own = chat.cursors[*graph_.roster().member_index(info.chat, user)];
      const auto said = have.find(id.value);
      protocol::Seq seq = said == have.end() ? own.delivered : said->second;
      while (seq < chat.log.size()) tell(user, message(info.chat, ++seq));
      const auto members = graph_.members_of(info.chat);
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i] != user) tell(user, receipt(info.chat, members[i]));
      }
      protocol::ChatState state{id, chat.log.size(), own.delivered, own.read, 0};
      for (seq = own.read; seq < chat.log.size(); ++seq) {
        if (chat.log[seq].from != user) ++state.unread;
      }
      caught_up.chats.push_back(state);
    }
    tell(user, caught_up);
    links_[user - 1].live = true;
  }

  void store(UserNumber user, const protocol::Send& send) {
    const ChatIndex index = *graph_.chat_of(send.chat);
    Chat& chat = chats_[index];
    const auto [at, fresh] =
        chat.places.try_emplace({user, std::string(send.cmid)}, chat.log.size() + 1);
    if (fresh) chat.log.push_back({user, std::string(send.cmid), std::string(send.body)});
    if (fault == Fault::kStoreAndRefuse) {
      fault = Fault::kNone;
      tell(user, protocol::Failure{.code = protocol::Error::kForbidden,
                                   .detail = {},
                                   .chat = send.chat,
                                   .cmid = send.cmid,
                                   .ref = {}});
    } else {
      tell(user, protocol::Sent{send.chat, send.cmid, at->second, 0});
    }
    if (!fresh) return;
    for (const UserNumber member : graph_.members_of(index)) {
      if (member != user && links_[member - 1].live) fan_out(member, index, at->second);
    }
  }

  void fan_out(UserNumber member, ChatIndex chat, protocol::Seq seq) {
    protocol::Message copy = message(chat, seq);
    switch (fault == Fault::kReceiptBack ? Fault::kNone : std::exchange(fault, Fault::kNone)) {
      case Fault::kLose:
        return;
      case Fault::kTwice:
        tell(member, copy);
        break;
      case Fault::kSwap:
        held_ = {member, chat, seq};
        return;
      case Fault::kFlip: {
        std::string body(copy.body);
        body.back() ^= 1;
        copy.body = body;
        return tell(member, copy);
      }
      case Fault::kStray:
        for (UserNumber other = 1; other <= graph_.users(); ++other) {
          if (graph_.roster().seat(other, chat)) continue;
          tell(other, copy);
          break;
        }
        break;
      default:
        break;
    }
    tell(member, copy);
    if (held_ && std::get<0>(*held_) == member && std::get<1>(*held_) == chat) {
      tell(member, message(chat, std::get<2>(*held_)));
      held_.reset();
    }
  }

  protocol::Receipt receipt(ChatIndex chat, UserNumber member) const {
    const Cursors& cursors = chats_[chat].cursors[*graph_.roster().member_index(chat, member)];
    return {graph_.chat_id(chat), graph_.user_id(member), cursors.delivered, cursors.read};
  }

  void move_cursors(UserNumber user, protocol::ChatId id, protocol::Seq delivered,
                    protocol::Seq read) {
    const ChatIndex chat = *graph_.chat_of(id);
    Cursors& own = chats_[chat].cursors[*graph_.roster().member_index(chat, user)];
    ASSERT_LE(delivered, chats_[chat].log.size());
    own.read = std::max(own.read, read);
    own.delivered = std::max({own.delivered, delivered, own.read});
    for (const UserNumber member : graph_.members_of(chat)) {
      if (member == user || !links_[member - 1].live) continue;
      tell(member, receipt(chat, user));
      if (fault != Fault::kReceiptBack) continue;
      fault = Fault::kNone;
      protocol::Receipt back = receipt(chat, user);
      back.delivered = back.read = 0;
      tell(member, back);
    }
  }

  const SocialGraph& graph_;
  pacing::Random random_;
  std::vector<Link> links_;
  std::vector<Chat> chats_;
  std::optional<std::tuple<UserNumber, ChatIndex, protocol::Seq>> held_;
  protocol::Decoder decoder_;
  protocol::Decoder padder_;
};

}  // namespace throng::users
