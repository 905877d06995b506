#include "server/notify/rocks_push_store.hpp"

#include "server/storage/coding.hpp"

namespace throng::notify {

using storage::as_view;
using storage::Family;
using storage::load_big_endian;
using storage::number_key;
using storage::Order;
using storage::pair_key;
using storage::ValueReader;
using storage::Varints;

namespace {

constexpr std::uint64_t kLast = ~std::uint64_t{0};

Push decode_push(std::string_view key, std::string_view value) {
  ValueReader reader(value);
  Push push;
  push.id = load_big_endian(key, 0);
  push.user.value = reader.varint();
  push.channel = static_cast<Channel>(reader.varint() % kChannels);
  push.priority = static_cast<Priority>(reader.varint() % kPriorities);
  push.chat.value = reader.varint();
  push.after = reader.varint();
  push.through = reader.varint();
  push.told = reader.varint();
  push.due = static_cast<TimeMs>(reader.varint());
  push.expires = static_cast<TimeMs>(reader.varint());
  push.attempts = static_cast<std::uint32_t>(reader.varint());
  push.title = reader.bytes(reader.varint());
  push.text = reader.rest();
  return push;
}

Record decode_record(std::string_view value) {
  ValueReader reader(value);
  Record record;
  record.push = reader.varint();
  record.user.value = reader.varint();
  record.channel = static_cast<Channel>(reader.varint() % kChannels);
  record.priority = static_cast<Priority>(reader.varint() % kPriorities);
  record.fate = static_cast<Fate>(reader.varint() % 4);
  record.chat.value = reader.varint();
  record.through = reader.varint();
  record.time = static_cast<TimeMs>(reader.varint());
  record.attempts = static_cast<std::uint32_t>(reader.varint());
  record.reason = reader.rest();
  return record;
}

}  // namespace

RocksPushStore::RocksPushStore(storage::RocksStore& store) : store_(store), batch_(store) {
  store_.scan(Family::kPushRecords, as_view(number_key(0)), as_view(number_key(kLast)),
              Order::kFalling, [this](std::string_view key, std::string_view) {
                next_record_ = load_big_endian(key, 0) + 1;
                return false;
              });
}

std::vector<Mark> RocksPushStore::marks() const {
  std::vector<Mark> all;
  store_.scan(Family::kPushMarks, as_view(pair_key(0, 0)), as_view(pair_key(kLast, kLast)),
              Order::kRising, [&](std::string_view key, std::string_view) {
                all.push_back({.chat = {load_big_endian(key, 0)},
                               .seq = load_big_endian(key, storage::kNumberBytes)});
                return true;
              });
  return all;
}

std::vector<Push> RocksPushStore::pushes() const {
  std::vector<Push> all;
  store_.scan(Family::kPushes, as_view(number_key(0)), as_view(number_key(kLast)), Order::kRising,
              [&](std::string_view key, std::string_view value) {
                all.push_back(decode_push(key, value));
                return true;
              });
  return all;
}

std::vector<Record> RocksPushStore::records(UserId user, std::size_t most) const {
  std::vector<Record> found;
  if (most == 0) return found;
  std::uint64_t looked_at = 0;
  store_.scan(Family::kPushRecords, as_view(number_key(0)), as_view(number_key(kLast)),
              Order::kFalling, [&](std::string_view, std::string_view value) {
                Record record = decode_record(value);
                if (!user || record.user == user) found.push_back(std::move(record));
                return found.size() < most && (!user || ++looked_at < kRecordsLookedAt);
              });
  return found;
}

std::optional<std::string> RocksPushStore::preferences(UserId user) const {
  std::string json;
  if (!store_.get(Family::kPreferences, as_view(number_key(user.value)), json)) return std::nullopt;
  return json;
}

void RocksPushStore::put(const Push& p) {
  is_empty_ = false;
  batch_.put(Family::kPushes, {as_view(number_key(p.id))},
             {Varints(p.user.value, index_of(p.channel), index_of(p.priority), p.chat.value,
                      p.after, p.through, p.told, p.due, p.expires, p.attempts, p.title.size())
                  .view(),
              p.title, p.text});
}

void RocksPushStore::remove(std::uint64_t push) {
  is_empty_ = false;
  batch_.remove(Family::kPushes, as_view(number_key(push)));
}

void RocksPushStore::remove_marks(ChatId chat, Seq seq) {
  store_.scan(Family::kPushMarks, as_view(pair_key(chat.value, 0)),
              as_view(pair_key(chat.value, seq + 1)), Order::kRising,
              [this](std::string_view key, std::string_view) {
                is_empty_ = false;
                batch_.remove(Family::kPushMarks, key);
                return true;
              });
}

void RocksPushStore::add(const Record& r) {
  is_empty_ = false;
  batch_.put(
      Family::kPushRecords, {as_view(number_key(next_record_))},
      {Varints(r.push, r.user.value, index_of(r.channel), index_of(r.priority),
               static_cast<std::uint64_t>(r.fate), r.chat.value, r.through, r.time, r.attempts)
           .view(),
       r.reason});
  if (next_record_ > kRecords) {
    batch_.remove(Family::kPushRecords, as_view(number_key(next_record_ - kRecords)));
  }
  ++next_record_;
}

void RocksPushStore::put_preferences(UserId user, const std::string& json) {
  is_empty_ = false;
  batch_.put(Family::kPreferences, {as_view(number_key(user.value))}, {json});
}

boost::system::error_code RocksPushStore::commit(bool safely) {
  if (is_empty_) return {};
  const auto error = store_.write(batch_, safely ? store_.commit_sync() : storage::Sync::kNo);
  if (error) return error;
  batch_.clear();
  is_empty_ = true;
  return {};
}

}  // namespace throng::notify
