#include "server/chat/rules.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/codec.hpp"

namespace throng::chat {

using protocol::Error;

namespace {

/// Identifies a send while it awaits its commit; who shares a hash by chance is told apart at the
/// commit.
std::uint64_t send_hash(ChatId chat, UserId from, std::string_view cmid) {
  return protocol::mix(std::hash<std::string_view>{}(cmid) ^ protocol::mix(chat.value) ^
                       (protocol::mix(from.value) << 1));
}

SharedEvents encode_message(const StoredMessage& m) {
  std::string json;
  json.reserve(112 + m.cmid.size() + m.body.size());
  protocol::encode(json, view_of(m));
  return std::make_shared<const std::string>(std::move(json));
}

bool changes_another(protocol::MessageKind kind) {
  return kind == protocol::MessageKind::kEdit || kind == protocol::MessageKind::kDelete;
}

/// The message as it stands once `change` is done to it.
StoredMessage revised(StoredMessage message, const PostMessage& change) {
  MessageExtras extras = message.extras ? *message.extras : MessageExtras{};
  ++extras.version;
  message.body = change.body;
  if (change.extras->kind == protocol::MessageKind::kDelete) {
    extras.deleted = true;
    extras.asset.clear();
  }
  message.extras = std::make_shared<const MessageExtras>(std::move(extras));
  return message;
}

}  // namespace

Rules::Rules(Placement placement, const MessageLog& log, const Directory& directory,
             const Pagination& pagination, Outbox& outbox)
    : placement_(placement),
      log_(log),
      directory_(directory),
      pagination_(pagination),
      outbox_(outbox),
      batch_(std::make_unique<Batch>()),
      spare_(std::make_unique<Batch>()) {}

Rules::~Rules() = default;

void Rules::handle(Command&& command, TimeMs now) {
  now_ = now;
  std::visit([&](auto& c) { on(c, now); }, command);
}

// ---- Sending ----

void Rules::on(PostMessage& c, TimeMs now) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat, c.cmid);
  const Member* member = chat->find_present(c.user);
  if (!member) return refuse(c.from, Error::kNotAMember, c.chat, c.cmid);

  const std::uint64_t hash = send_hash(c.chat, c.user, c.cmid);
  if (const auto at = uncommitted_.find(hash); at != uncommitted_.end()) {
    auto& earlier = std::get<PendingMessage>(pending_at(at->second));
    if (earlier.repeats.size() >= kMaxRepeats) {
      ++counts_.overloaded;
      return refuse(c.from, Error::kOverloaded, c.chat, c.cmid);
    }
    ++counts_.repeats;
    earlier.repeats.push_back(
        {.from = c.from, .chat = c.chat, .user = c.user, .cmid = std::move(c.cmid)});
    return;
  }
  // A failed commit can leave messages in the log, but their seqs will be given to others.
  const auto first = log_.find(c.chat, c.user, c.cmid);
  if (first && first->seq <= chat->committed()) {
    ++counts_.repeats;
    return answer_sent(c.from, c.chat, c.cmid, first->seq, first->time);
  }
  if (full()) {
    ++counts_.overloaded;
    return refuse(c.from, Error::kOverloaded, c.chat, c.cmid);
  }
  PendingMessage pending{.chat = chat, .record = batch_->messages.size(), .from = c.from};
  if (c.extras && c.extras->re != 0) {
    auto of = referred(c, *chat, *member);
    if (!of) return refuse(c.from, of.error(), c.chat, c.cmid);
    if (changes_another(c.extras->kind)) {
      pending.revises = of->seq;
      revising_.emplace(c.chat, of->seq);
      batch_->revisions.push_back(revised(std::move(*of), c));
    }
  }
  if (c.extras && !c.extras->asset.empty() && !share_asset(c, *chat)) {
    return refuse(c.from, Error::kNoSuchAsset, c.chat, c.cmid);
  }
  uncommitted_.emplace(hash, await_commit(std::move(pending)));
  batch_->messages.push_back({.chat = c.chat,
                              .seq = chat->accept(c.user),
                              .from = c.user,
                              .time = now,
                              .cmid = std::move(c.cmid),
                              .body = std::move(c.body),
                              .extras = std::move(c.extras)});
}

boost::system::result<StoredMessage, Error> Rules::referred(const PostMessage& c,
                                                            const Conversation& chat,
                                                            const Member& member) const {
  const Seq seq = c.extras->re;
  if (seq <= chat.floor(member) || seq > chat.committed()) return Error::kNoSuchMessage;
  if (revising_.contains({c.chat, seq})) return Error::kOverloaded;
  std::optional<StoredMessage> of;
  log_.read_forward(c.chat, seq - 1, seq, {.messages = 1, .bytes = 1}, [&](const StoredView& m) {
    of = copy_of(m);
    return true;
  });
  if (!of || !may_say(c.extras->kind, chat, member, *of)) return Error::kNoSuchMessage;
  return std::move(*of);
}

bool Rules::share_asset(const PostMessage& c, const Conversation& chat) {
  const auto asset = AssetId::parse(c.extras->asset);
  if (!asset) return false;
  auto type = visible_asset_type(directory_, c.user, *asset, c.chat);
  if (!type) return false;
  batch_->asset_links.push_back({.asset = *asset,
                                 .holder = AssetHolder::of(c.chat),
                                 .seq = chat.last() + 1,
                                 .type = std::move(*type)});
  return true;
}

bool Rules::may_say(protocol::MessageKind kind, const Conversation& chat, const Member& member,
                    const StoredMessage& of) {
  using protocol::MessageKind;
  const MessageKind said = of.extras ? of.extras->kind : MessageKind::kText;
  if (of.extras && of.extras->deleted) return false;
  switch (kind) {
    case MessageKind::kEdit:
      return said == MessageKind::kText && of.from == member.user;
    case MessageKind::kDelete:
      return said != MessageKind::kDelete &&
             (of.from == member.user || (chat.admins() > 0 && member.admin));
    default:
      return said == MessageKind::kText;
  }
}

void Rules::finish(PendingMessage& p, const Batch& batch) {
  const StoredMessage& m = batch.messages[p.record];
  ++counts_.messages;
  counts_.body_bytes += m.body.size();
  uncommitted_.erase(send_hash(m.chat, m.from, m.cmid));
  if (p.revises != 0) revising_.erase({m.chat, p.revises});
  p.chat->commit(m.seq);
  answer_sent(p.from, m.chat, m.cmid, m.seq, m.time);
  to_attached(
      *p.chat,
      {.chat = m.chat, .events = encode_message(m), .except_client = p.from, .except_user = {}});
  // After the message: another session of the sender gets that in its place, and this as a repeat.
  for (const Repeat& r : p.repeats) {
    if (r.chat == m.chat && r.user == m.from && r.cmid == m.cmid) {
      answer_sent(r.from, m.chat, m.cmid, m.seq, m.time);
    } else {
      refuse(r.from, Error::kOverloaded, r.chat, r.cmid);
    }
  }
}

void Rules::take_back(PendingMessage& p, const Batch& batch) {
  const StoredMessage& m = batch.messages[p.record];
  uncommitted_.erase(send_hash(m.chat, m.from, m.cmid));
  if (p.revises != 0) revising_.erase({m.chat, p.revises});
  p.chat->roll_back();
  refuse(p.from, Error::kUnavailable, m.chat, m.cmid);
  for (const Repeat& r : p.repeats) refuse(r.from, Error::kUnavailable, r.chat, r.cmid);
}

// ---- Cursors ----

void Rules::on(MarkCursor& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  Member* member = chat->find_present(c.user);
  if (!member) return refuse(c.from, Error::kNotAMember, c.chat);
  const Seq read = std::max(member->read, c.read);
  const Seq delivered = std::max({member->delivered, c.delivered, read});
  if (delivered > chat->committed() && delivered > member->delivered) {
    return refuse(c.from, Error::kBadField, c.chat, {}, {},
                  "\"seq\" is above the last message of the chat");
  }
  if (delivered == member->delivered && read == member->read) return;

  if (member->pending_cursor > serials_taken_) {
    const auto& earlier = std::get<PendingCursor>(pending_at(member->pending_cursor));
    batch_->cursors[earlier.record].delivered = delivered;
    batch_->cursors[earlier.record].read = read;
  } else {
    if (full()) return refuse(c.from, Error::kOverloaded, c.chat);
    member->pending_cursor = await_commit(PendingCursor{.chat = chat,
                                                        .record = batch_->cursors.size(),
                                                        .delivered_before = member->delivered,
                                                        .read_before = member->read,
                                                        .earlier = member->pending_cursor});
    batch_->cursors.push_back(
        {.chat = c.chat, .user = c.user, .delivered = delivered, .read = read});
  }
  member->delivered = delivered;
  member->read = read;
}

void Rules::finish(PendingCursor& p, const Batch& batch) {
  ++counts_.cursor_moves;
  tell_senders(p, batch.cursors[p.record]);
}

void Rules::tell_senders(const PendingCursor& p, const CursorRecord& r) {
  using Tick = Conversation::Tick;
  scratch_seqs_.clear();
  std::vector<Seq>* untold = p.chat->is_large() ? &scratch_seqs_ : nullptr;
  p.chat->tally(p.delivered_before, r.delivered, r.user, Tick::kDelivered, untold);
  p.chat->tally(p.read_before, r.read, r.user, Tick::kRead, untold);
  for (const Seq seq : scratch_seqs_) untold_.push_back({p.chat, seq});
  if (untold) return;

  auto& senders = scratch_users_;
  senders.clear();
  p.chat->senders(p.delivered_before, r.delivered, r.user, senders);
  p.chat->senders(p.read_before, r.read, r.user, senders);
  std::ranges::sort(senders);
  senders.erase(std::unique(senders.begin(), senders.end()), senders.end());
  std::erase_if(senders, [&](UserId user) { return !p.chat->find_present(user); });
  if (senders.empty()) return;

  std::string json;
  protocol::encode(
      json,
      protocol::Receipt{.chat = r.chat, .user = r.user, .delivered = r.delivered, .read = r.read});
  const auto events = std::make_shared<const std::string>(std::move(json));
  for (const UserId sender : senders) {
    outbox_.mail(placement_.of(sender), Notice{.user = sender, .events = events});
  }
}

// Each sender hears of all his messages at once, and of each message once however many moved.
void Rules::tell_tallies() {
  const bool is_early = now_ < tallies_due_ && tallies_due_ <= now_ + kTallyInterval;
  if (untold_.empty() || is_early) return;  // unless the clock was put back
  tallies_due_ = now_ + kTallyInterval;
  std::ranges::sort(untold_, {}, &Untold::seq);
  std::map<UserId, std::string> told;
  for (const Untold& each : untold_) {
    const ReceiptTally* tally = each.chat->tell(each.seq);
    if (!tally || !each.chat->find_present(tally->from)) continue;
    std::string& events = told[tally->from];
    if (!events.empty()) events.push_back('\n');
    protocol::encode(events, protocol::ReceiptCounts{.chat = each.chat->id(),
                                                     .seq = each.seq,
                                                     .delivered = tally->delivered,
                                                     .read = tally->read});
  }
  for (auto& [sender, events] : told) {
    outbox_.mail(
        placement_.of(sender),
        Notice{.user = sender, .events = std::make_shared<const std::string>(std::move(events))});
  }
  untold_.clear();
}

void Rules::tick(TimeMs now) {
  now_ = now;
  tell_tallies();
}

void Rules::take_back(PendingCursor& p, const Batch& batch) {
  const CursorRecord& r = batch.cursors[p.record];
  if (Member* member = p.chat->find(r.user)) {
    member->delivered = p.delivered_before;
    member->read = p.read_before;
  }
}

CursorRecord Rules::durable_cursors(ChatId chat, const Member& member) {
  CursorRecord cursors{
      .chat = chat, .user = member.user, .delivered = member.delivered, .read = member.read};
  for (std::uint64_t serial = member.pending_cursor; !is_committed(serial);) {
    const auto& move = std::get<PendingCursor>(pending_at(serial));
    cursors.delivered = move.delivered_before;
    cursors.read = move.read_before;
    serial = move.earlier;
  }
  return cursors;
}

void Rules::on(ShowTyping& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  if (!chat->find_present(c.user)) return refuse(c.from, Error::kNotAMember, c.chat);
  std::string json;
  protocol::encode(json, protocol::Typing{.chat = c.chat, .user = c.user});
  to_attached(*chat, {.chat = c.chat,
                      .events = std::make_shared<const std::string>(std::move(json)),
                      .except_client = std::nullopt,
                      .except_user = c.user});
}

// ---- Commits ----

std::uint64_t Rules::await_commit(Pending pending) {
  const std::uint64_t serial = next_serial();
  gathering_.push_back(std::move(pending));
  return serial;
}

Rules::Pending& Rules::pending_at(std::uint64_t serial) {
  if (serial > serials_taken_) return gathering_[serial - serials_taken_ - 1];
  return committing_[serial - (serials_taken_ - committing_.size()) - 1];
}

std::unique_ptr<Batch> Rules::take_batch() {
  if (!has_batch()) return nullptr;
  commit_under_way_ = true;
  committing_.swap(gathering_);
  serials_taken_ += committing_.size();
  return std::exchange(batch_, std::move(spare_));
}

void Rules::committed(std::unique_ptr<Batch> batch, bool ok) {
  commit_under_way_ = false;
  if (ok) {
    for (Pending& p : committing_) {
      std::visit([&](auto& pending) { finish(pending, *batch); }, p);
    }
    tell_tallies();
  } else {
    // What gathered meanwhile rests on seqs that aren't certain any more, so it goes too, and
    // everything is undone in the opposite order.
    counts_.failed += pending();
    for (auto p = gathering_.rbegin(); p != gathering_.rend(); ++p) {
      std::visit([&](auto& pending) { take_back(pending, *batch_); }, *p);
    }
    for (auto p = committing_.rbegin(); p != committing_.rend(); ++p) {
      std::visit([&](auto& pending) { take_back(pending, *batch); }, *p);
    }
    serials_taken_ += gathering_.size();
    gathering_.clear();
    batch_->clear();
  }
  committing_.clear();
  batch->clear();
  spare_ = std::move(batch);
}

// ---- Ways out ----

void Rules::to_attached(const Conversation& chat, const Deliver& deliver) {
  const auto attached = chat.attached();
  for (ShardIndex shard = 0; shard < attached.size(); ++shard) {
    if (attached[shard] > 0) outbox_.mail(shard, deliver);
  }
}

void Rules::answer(const ClientRef& to, std::string json, std::uint32_t line) {
  outbox_.mail(to.shard,
               Answer{.to = to, .json = std::move(json), .error = std::nullopt, .line = line});
}

void Rules::answer_sent(const ClientRef& to, ChatId chat, std::string_view cmid, Seq seq,
                        TimeMs time) {
  std::string json;
  json.reserve(64 + cmid.size());
  protocol::encode(json, protocol::Sent{.chat = chat, .cmid = cmid, .seq = seq, .time = time});
  outbox_.mail(
      to.shard,
      Answer{.to = to, .json = std::move(json), .error = std::nullopt, .line = 0, .sent_to = chat});
}

void Rules::refuse(const ClientRef& to, Error error, ChatId chat, std::string_view cmid,
                   std::string_view ref, std::string_view detail, std::uint32_t line) {
  std::string json;
  protocol::encode(
      json, protocol::Failure{.code = error,
                              .detail = detail.empty() ? protocol::error_text(error) : detail,
                              .chat = chat,
                              .cmid = cmid,
                              .ref = ref});
  outbox_.mail(to.shard, Answer{.to = to, .json = std::move(json), .error = error, .line = line});
}

}  // namespace throng::chat
