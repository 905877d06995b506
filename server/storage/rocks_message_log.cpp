#include "server/storage/rocks_message_log.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <limits>
#include <utility>

#include "server/storage/coding.hpp"
#include "server/storage/page_budget.hpp"

namespace throng::storage {
namespace {

constexpr chat::Seq kMaxSeq = std::numeric_limits<chat::Seq>::max();

/// The first key behind the message (chat, last).
PairKey end_key(chat::ChatId chat, chat::Seq last) {
  return last == kMaxSeq ? pair_key(chat.value + 1, 0) : pair_key(chat.value, last + 1);
}

/// On the length of the cmid, which is far below: extras follow it.
constexpr std::uint64_t kHasExtras = 128;
static_assert(protocol::kMaxCmidBytes < kHasExtras);
/// Beside the kind: deleted for all.
constexpr std::uint64_t kDeleted = 128;

void decode_extras(ValueReader& reader, chat::StoredView& message) {
  const std::uint64_t kind = reader.varint();
  message.kind = static_cast<protocol::MessageKind>(kind & ~kDeleted);
  message.deleted = (kind & kDeleted) != 0;
  message.re = reader.varint();
  message.version = static_cast<std::uint32_t>(reader.varint());
  message.asset = reader.bytes(reader.varint());
}

chat::StoredView decode(chat::ChatId chat, std::string_view key, std::string_view value) {
  chat::StoredView message;
  message.chat = chat;
  message.seq = load_big_endian(key, kNumberBytes);
  ValueReader reader(value);
  message.from.value = reader.varint();
  message.time = static_cast<chat::TimeMs>(reader.varint());
  const std::uint64_t cmid_bytes = reader.varint();
  message.cmid = reader.bytes(cmid_bytes & ~kHasExtras);
  if ((cmid_bytes & kHasExtras) != 0) decode_extras(reader, message);
  message.body = reader.rest();
  return message;
}

/// How many messages are read at once for a page that goes backward.
constexpr chat::Seq kPiece = 64;

/// Copies of the messages with first <= seq < end, to be shown from the last to the first. Stepping
/// backward through a store costs a search each step and stepping forward doesn't; seqs are dense,
/// so it is known where to begin.
class Piece {
 public:
  Piece(const RocksStore& store, chat::ChatId chat, chat::Seq first, chat::Seq end)
      : chat_(chat), first_(first), wanted_(end - first) {
    ends_.reserve(wanted_);
    store.scan(Family::kMessages, as_view(pair_key(chat.value, first)),
               as_view(pair_key(chat.value, end)), Order::kRising,
               [this](std::string_view, std::string_view value) {
                 values_.append(value);
                 ends_.push_back(values_.size());
                 return true;
               });
  }

  bool is_whole() const { return ends_.size() == wanted_; }

  /// False: the visitor or the budget has enough. Requires: is_whole().
  bool visit_backward(PageBudget& budget, const chat::MessageLog::Visitor& visit) const {
    for (std::size_t i = ends_.size(); i-- > 0;) {
      const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
      const auto value = std::string_view(values_).substr(begin, ends_[i] - begin);
      const chat::StoredView message =
          decode(chat_, as_view(pair_key(chat_.value, first_ + i)), value);
      if (!budget.take(message.body.size()) || !visit(message)) return false;
    }
    return true;
  }

 private:
  chat::ChatId chat_;
  chat::Seq first_;
  std::size_t wanted_;
  std::string values_;
  std::vector<std::size_t> ends_;  ///< of each in `values_`
};

}  // namespace

chat::Seq RocksMessageLog::last_seq(chat::ChatId chat) const {
  chat::Seq last = 0;
  store_.scan(Family::kMessages, as_view(pair_key(chat.value, 0)), as_view(end_key(chat, kMaxSeq)),
              Order::kFalling, [&](std::string_view key, std::string_view) {
                last = load_big_endian(key, kNumberBytes);
                return false;
              });
  return std::max(last, first_seq(chat) - 1);
}

chat::Seq RocksMessageLog::first_seq(chat::ChatId chat) const {
  std::string value;
  if (!store_.get(Family::kFirstSeqs, as_view(number_key(chat.value)), value)) return 1;
  return ValueReader(value).varint();
}

std::size_t RocksMessageLog::read_forward(chat::ChatId chat, chat::Seq after, chat::Seq through,
                                          chat::PageLimit limit, const Visitor& visit) const {
  PageBudget budget(limit);
  if (after < through) read(chat, after + 1, through, Order::kRising, budget, visit);
  return budget.taken();
}

std::size_t RocksMessageLog::read_backward(chat::ChatId chat, chat::Seq before, chat::Seq above,
                                           chat::PageLimit limit, const Visitor& visit) const {
  PageBudget budget(limit);
  bool goes_on = true;
  for (std::size_t left = limit.messages; goes_on && left > 0 && before > above + 1;) {
    const chat::Seq first = before - std::min<chat::Seq>({kPiece, left, before - above - 1});
    const Piece piece(store_, chat, first, before);
    // Past the end, or where the log has a hole.
    if (!piece.is_whole()) {
      read(chat, above + 1, before - 1, Order::kFalling, budget, visit);
      break;
    }
    goes_on = piece.visit_backward(budget, visit);
    left -= before - first;
    before = first;
  }
  return budget.taken();
}

void RocksMessageLog::read(chat::ChatId chat, chat::Seq first, chat::Seq last, Order order,
                           PageBudget& budget, const Visitor& visit) const {
  store_.scan(Family::kMessages, as_view(pair_key(chat.value, first)), as_view(end_key(chat, last)),
              order, [&](std::string_view key, std::string_view value) {
                const chat::StoredView message = decode(chat, key, value);
                return budget.take(message.body.size()) && visit(message);
              });
}

std::optional<chat::Position> RocksMessageLog::find(chat::ChatId chat, chat::UserId from,
                                                    std::string_view cmid) const {
  if (cmid.empty()) return std::nullopt;
  const PairKey owner = pair_key(chat.value, from.value);
  boost::container::small_vector<char, sizeof(PairKey) + protocol::kMaxCmidBytes> key(owner.begin(),
                                                                                      owner.end());
  key.insert(key.end(), cmid.begin(), cmid.end());
  std::string value;
  if (!store_.get(Family::kCmids, {key.data(), key.size()}, value)) return std::nullopt;
  ValueReader reader(value);
  chat::Position position;
  position.seq = reader.varint();
  position.time = static_cast<chat::TimeMs>(reader.varint());

  const PairKey place = pair_key(chat.value, position.seq);
  if (!store_.get(Family::kMessages, as_view(place), value)) return std::nullopt;
  const chat::StoredView message = decode(chat, as_view(place), value);
  if (message.from != from || message.cmid != cmid) return std::nullopt;
  return position;
}

std::vector<chat::CursorRecord> RocksMessageLog::cursors(chat::ChatId chat) const {
  std::vector<chat::CursorRecord> result;
  store_.scan(Family::kCursors, as_view(pair_key(chat.value, 0)),
              as_view(pair_key(chat.value + 1, 0)), Order::kRising,
              [&](std::string_view key, std::string_view value) {
                ValueReader reader(value);
                chat::CursorRecord cursor;
                cursor.chat = chat;
                cursor.user.value = load_big_endian(key, kNumberBytes);
                cursor.delivered = reader.varint();
                cursor.read = reader.varint();
                result.push_back(cursor);
                return true;
              });
  return result;
}

chat::CursorRecord RocksMessageLog::cursor(chat::ChatId chat, chat::UserId user) const {
  chat::CursorRecord cursor{.chat = chat, .user = user};
  std::string value;
  if (!store_.get(Family::kCursors, as_view(pair_key(chat.value, user.value)), value)) {
    return cursor;
  }
  ValueReader reader(value);
  cursor.delivered = reader.varint();
  cursor.read = reader.varint();
  return cursor;
}

boost::system::error_code RocksMessageLog::commit(std::span<const chat::Batch* const> batches) {
  batch_.clear();
  messages_.clear();
  cursors_.clear();
  for (const chat::Batch* batch : batches) {
    for (const chat::StoredMessage& message : batch->messages) messages_.push_back(&message);
    for (const chat::StoredMessage& revision : batch->revisions) put_message(revision);
    for (const chat::CursorRecord& cursor : batch->cursors) cursors_.push_back(&cursor);
  }
  // In the order of their keys, because a memtable finds the place of a key quickly when it is
  // near the one before.
  std::ranges::stable_sort(messages_, {}, [](const auto* m) { return std::pair(m->chat, m->seq); });
  std::ranges::stable_sort(cursors_, {}, [](const auto* c) { return std::pair(c->chat, c->user); });
  for (const chat::StoredMessage* message : messages_) put(*message);
  for (const chat::CursorRecord* cursor : cursors_) put(*cursor);
  if (marks_) put_marks();
  return store_.write(batch_, store_.commit_sync());
}

void RocksMessageLog::put_message(const chat::StoredMessage& message) {
  const PairKey key = pair_key(message.chat.value, message.seq);
  if (!message.extras) {
    const Varints head(message.from.value, message.time, message.cmid.size());
    batch_.put(Family::kMessages, {as_view(key)}, {head.view(), message.cmid, message.body});
    return;
  }
  const chat::MessageExtras& extras = *message.extras;
  const std::uint64_t kind =
      static_cast<std::uint64_t>(extras.kind) | (extras.deleted ? kDeleted : 0);
  const Varints head(message.from.value, message.time, message.cmid.size() | kHasExtras);
  const Varints more(kind, extras.re, extras.version, extras.asset.size());
  batch_.put(Family::kMessages, {as_view(key)},
             {head.view(), message.cmid, more.view(), extras.asset, message.body});
}

void RocksMessageLog::put(const chat::StoredMessage& message) {
  put_message(message);
  if (message.cmid.empty()) return;
  const PairKey owner = pair_key(message.chat.value, message.from.value);
  batch_.put(Family::kCmids, {as_view(owner), message.cmid},
             {Varints(message.seq, message.time).view()});
}

void RocksMessageLog::put_marks() {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const chat::StoredMessage& m = *messages_[i];
    const bool is_newest = i + 1 == messages_.size() || messages_[i + 1]->chat != m.chat;
    if (is_newest) batch_.put(Family::kPushMarks, {as_view(pair_key(m.chat.value, m.seq))}, {});
  }
}

void RocksMessageLog::put(const chat::CursorRecord& cursor) {
  batch_.put(Family::kCursors, {as_view(pair_key(cursor.chat.value, cursor.user.value))},
             {Varints(cursor.delivered, cursor.read).view()});
}

boost::system::error_code RocksMessageLog::remove_below(chat::ChatId chat, chat::Seq first) {
  // An edit can have come in while its message was being removed, and have brought it back.
  constexpr chat::Seq kLookBack = 10'000;
  const chat::Seq before = first_seq(chat);
  const chat::Seq from = before - std::min(before, kLookBack);
  RocksBatch batch(store_);
  store_.scan(Family::kMessages, as_view(pair_key(chat.value, from)),
              as_view(pair_key(chat.value, first)), Order::kRising,
              [&](std::string_view key, std::string_view value) {
                const chat::StoredView message = decode(chat, key, value);
                std::string cmid(as_view(pair_key(chat.value, message.from.value)));
                batch.remove(Family::kCmids, cmid.append(message.cmid));
                batch.remove(Family::kMessages, key);
                return true;
              });
  batch.put(Family::kFirstSeqs, {as_view(number_key(chat.value))}, {Varints(first).view()});
  return store_.write(batch, Sync::kNo);
}

void RocksMessageLog::visit_chats(chat::ChatId after,
                                  const std::function<bool(chat::ChatId)>& visit) const {
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    store_.scan(Family::kMessages, as_view(pair_key(after.value + 1, 0)),
                as_view(pair_key(kMaxSeq, kMaxSeq)), Order::kRising,
                [&](std::string_view key, std::string_view) {
                  after.value = load_big_endian(key, 0);
                  goes_on = visit(after);
                  return false;  // the next chat is found quicker than passed over to
                });
  }
}

boost::system::error_code RocksMessageLog::reclaim(std::atomic<bool>& stop) {
  return store_.compact({Family::kMessages, Family::kCmids}, stop);
}

}  // namespace throng::storage
