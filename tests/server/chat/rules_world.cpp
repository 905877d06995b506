#include "tests/server/chat/rules_world.hpp"

#include <algorithm>

#include "protocol/codec.hpp"

namespace throng::chat {
namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }

std::string words(const protocol::Message& m) {
  std::string text =
      "message " + number(m.seq) + ' ' + std::string(m.cmid) + " from " + number(m.from.value);
  if (m.kind != protocol::MessageKind::kText) {
    text += ' ' + std::string(protocol::kMessageKindNames[static_cast<std::size_t>(m.kind)]);
  }
  if (m.re != 0) text += " of " + number(m.re);
  if (m.version != 0) text += ", version " + number(m.version) + ": " + std::string(m.body);
  return text + (m.deleted ? "deleted" : "");
}

std::string words(const protocol::Sent& s) {
  return "sent " + std::string(s.cmid) + '=' + number(s.seq);
}

std::string words(const protocol::Receipt& r) {
  return "receipt of " + number(r.user.value) + ": " + number(r.delivered) + '/' + number(r.read);
}

std::string words(const protocol::ReceiptCounts& r) {
  return "receipts of " + number(r.seq) + ": " + number(r.delivered) + '/' + number(r.read);
}

std::string words(const protocol::ChatChanged& c) {
  return "chat \"" + std::string(c.name) + "\" of " + number(c.members);
}

std::string words(const protocol::Membership& m) {
  return (m.member ? "joined after " : "left after ") + number(m.last);
}

std::string words(const protocol::History& h) {
  std::string text = "history";
  for (const protocol::Message& m : h.messages) text += ' ' + number(m.seq);
  return text + (h.next.empty() ? "" : " and more");
}

std::string words(const protocol::Typing& t) { return "typing " + number(t.user.value); }

std::string words(const protocol::Failure& f) {
  std::string text(protocol::error_name(f.code));
  for (const std::string_view name : {f.cmid, f.ref}) {
    if (!name.empty()) text += ' ' + std::string(name);
  }
  return text;
}

template <class Other>
std::string words(const Other&) {
  return "something else";
}

template <class Each>
void for_each_event(const std::string& events, Each&& each) {
  static protocol::Decoder decoder;
  protocol::for_each_line(events, [&](std::string_view line) {
    const auto event = decoder.server_event(decoder.padded(line));
    if (event.has_value()) {
      each(*event);
    } else {
      ADD_FAILURE() << "not an event: " << line;
    }
  });
}

std::string words(const std::string& events) {
  if (events.starts_with(R"({"op":"chat")")) return "chat is there";
  std::string text;
  for_each_event(events, [&](const protocol::ServerEvent& event) {
    if (!text.empty()) text += "; ";
    text += std::visit([](const auto& e) { return words(e); }, event);
  });
  return text;
}

std::string name(const ClientRef& client) {
  return (client.kind == ClientRef::Kind::kSession ? "session " : "exchange ") +
         number(client.slot);
}

std::string describe(ShardIndex to, const Deliver& d) {
  std::string text =
      "shard " + number(to) + ", chat " + number(d.chat.value) + ": " + words(*d.events);
  if (d.except_client) text += ", not to " + name(*d.except_client);
  if (d.except_user) text += ", not to user " + number(d.except_user.value);
  return text;
}

std::string describe(ShardIndex, const Answer& a) { return name(a.to) + ": " + words(a.json); }

std::string describe(ShardIndex, const Page& p) {
  std::string text = name(p.to) + ": page";
  if (!p.member) text += " of no member";
  if (!p.events.empty()) text += ' ' + words(p.events) + ';';
  text += " through " + number(p.through);
  if (p.complete) text += " of " + number(p.state.last) + ", unread " + number(p.state.unread);
  return text;
}

std::string describe(ShardIndex, const Notice& n) {
  return "user " + number(n.user.value) + ": " + words(*n.events);
}

std::string describe(ShardIndex, const MembershipChanged& m) {
  return "user " + number(m.user.value) + (m.member ? ": in chat " : ": out of chat ") +
         number(m.chat.value) + " after " + number(m.last);
}

std::string describe(ShardIndex, const WindowOpened& w) {
  std::string text = name(w.to) + ": window of " + number(w.chat.value) + " shows";
  for (const UserId user : w.members) text += ' ' + number(user.value);
  return text;
}

std::vector<UserId> to_users(const std::vector<std::uint64_t>& ids) {
  std::vector<UserId> users;
  for (const std::uint64_t id : ids) users.push_back({id});
  return users;
}

}  // namespace

std::string describe(ShardIndex to, const Effect& effect) {
  return std::visit([to](const auto& e) { return describe(to, e); }, effect);
}

std::vector<Seq> seqs_in(const std::string& events) {
  std::vector<Seq> seqs;
  for_each_event(events, [&](const protocol::ServerEvent& event) {
    if (const auto* m = std::get_if<protocol::Message>(&event)) seqs.push_back(m->seq);
  });
  return seqs;
}

RulesWorld::RulesWorld(const std::vector<std::uint64_t>& members) {
  restart();
  have_chat(kChat, members);
}

ClientRef RulesWorld::session(std::uint64_t user, std::uint32_t generation) {
  return {.kind = ClientRef::Kind::kSession,
          .shard = Placement(kShards).of(UserId{user}),
          .slot = static_cast<std::uint32_t>(user),
          .generation = generation};
}

void RulesWorld::have_chat(ChatId chat, const std::vector<std::uint64_t>& members) {
  handle(CreateChat{.from = session(1),
                    .line = 0,
                    .record = {.chat = chat, .creator = {1}, .created = 0, .name = {}, .key = {}},
                    .members = to_users(members)});
  commit();
  outbox_.take();
}

void RulesWorld::have_messages(std::uint64_t from, std::size_t count, ChatId chat) {
  const Seq last = log_.last_seq(chat);
  for (Seq seq = last + 1; seq <= last + count; ++seq) {
    post(from, number(from) + '-' + number(seq), chat);
  }
  commit();
  outbox_.take();
}

void RulesWorld::post(std::uint64_t user, std::string cmid, ChatId chat, std::string body) {
  handle(PostMessage{.from = session(user),
                     .user = {user},
                     .chat = chat,
                     .cmid = std::move(cmid),
                     .body = std::move(body)});
}

void RulesWorld::mark(std::uint64_t user, Seq delivered, Seq read, ChatId chat) {
  handle(MarkCursor{
      .from = session(user), .user = {user}, .chat = chat, .delivered = delivered, .read = read});
}

void RulesWorld::attach(std::uint64_t user, std::optional<Seq> have, ChatId chat) {
  handle(Attach{.from = session(user), .user = {user}, .chat = chat, .have = have});
}

void RulesWorld::next_page(std::uint64_t user, Seq after, ChatId chat) {
  handle(NextPage{.from = session(user), .user = {user}, .chat = chat, .after = after});
}

void RulesWorld::change(std::uint64_t by, const std::vector<std::uint64_t>& add,
                        const std::vector<std::uint64_t>& remove, ChatId chat) {
  handle(ChangeMembers{.from = session(by),
                       .by = {by},
                       .operates = false,
                       .chat = chat,
                       .add = to_users(add),
                       .remove = to_users(remove)});
}

void RulesWorld::fetch(std::uint64_t user, std::string token, std::uint32_t limit, ChatId chat) {
  handle(FetchHistory{.from = session(user),
                      .user = {user},
                      .operates = false,
                      .chat = chat,
                      .pagination_token = std::move(token),
                      .limit = limit,
                      .ref = {}});
}

void RulesWorld::begin_commit() {
  if (under_way_) return;
  under_way_ = rules_->take_batch();
  is_kept_ = false;
}

void RulesWorld::keep() {
  if (!under_way_ || is_kept_) return;
  const Batch* const batches[] = {under_way_.get()};
  ASSERT_FALSE(directory_.commit(batches));
  ASSERT_FALSE(log_.commit(batches));
  is_kept_ = true;
}

void RulesWorld::end_commit(Outcome outcome) {
  if (!under_way_) return;
  if (outcome != Outcome::kLost) keep();
  rules_->committed(std::move(under_way_), outcome == Outcome::kKept);
}

void RulesWorld::commit(Outcome outcome) {
  begin_commit();
  end_commit(outcome);
}

std::vector<std::string> RulesWorld::told() {
  std::vector<std::string> lines;
  for (const auto& [shard, effect] : outbox_.take()) lines.push_back(describe(shard, effect));
  return lines;
}

Page RulesWorld::page() {
  auto pages = take<Page>();
  EXPECT_EQ(pages.size(), 1u);
  return pages.empty() ? Page{.to = {}, .state = {}} : std::move(pages.front());
}

void RulesWorld::restart() {
  under_way_.reset();
  outbox_.take();
  rules_ = std::make_unique<Rules>(Placement(kShards), log_, directory_, pagination_, outbox_);
}

}  // namespace throng::chat
