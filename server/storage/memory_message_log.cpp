#include "server/storage/memory_message_log.hpp"

#include <algorithm>

#include "server/storage/page_budget.hpp"

namespace throng::storage {
namespace {

std::size_t cmid_hash(chat::UserId from, std::string_view cmid) {
  return std::hash<std::string_view>()(cmid) ^ protocol::mix(from.value);
}

}  // namespace

chat::StoredView MemoryMessageLog::Chat::view(chat::ChatId chat, chat::Seq seq) const {
  const Entry& entry = entries[seq - 1];
  const std::string_view all = text;
  chat::StoredView message;
  message.chat = chat;
  message.seq = seq;
  message.from = entry.from;
  message.time = entry.time;
  message.cmid = all.substr(entry.offset, entry.cmid_bytes);
  message.body = all.substr(entry.offset + entry.cmid_bytes, entry.body_bytes);
  if (const auto at = extras.find(seq); at != extras.end()) chat::show(*at->second, message);
  return message;
}

void MemoryMessageLog::Chat::append(const chat::StoredMessage& message) {
  if (entries.size() < message.seq) entries.resize(message.seq);
  keep_text(entries[message.seq - 1], message);
  if (!message.cmid.empty()) cmids.emplace(cmid_hash(message.from, message.cmid), message.seq);
}

void MemoryMessageLog::Chat::keep_text(Entry& entry, const chat::StoredMessage& message) {
  entry = {message.from, message.time, text.size(), static_cast<std::uint32_t>(message.cmid.size()),
           static_cast<std::uint32_t>(message.body.size())};
  text += message.cmid;
  text += message.body;
  if (message.extras) extras[message.seq] = message.extras;
}

void MemoryMessageLog::Chat::revise(const chat::StoredMessage& message) {
  if (message.seq >= first && message.seq <= entries.size())
    keep_text(entries[message.seq - 1], message);
}

void MemoryMessageLog::Chat::remove_below(chat::Seq seq) {
  std::erase_if(cmids, [&](const auto& entry) { return entry.second < seq; });
  extras.erase(extras.begin(), extras.lower_bound(seq));
  for (; first < seq; ++first) entries[first - 1] = {};
}

void MemoryMessageLog::Chat::compact() {
  std::string kept;
  for (Entry& entry : entries) {
    const std::size_t offset = kept.size();
    kept.append(text, entry.offset, entry.cmid_bytes + entry.body_bytes);
    entry.offset = offset;
  }
  text = std::move(kept);
}

const MemoryMessageLog::Chat* MemoryMessageLog::chat(chat::ChatId chat) const {
  const auto found = chats_.find(chat);
  return found == chats_.end() ? nullptr : &found->second;
}

chat::Seq MemoryMessageLog::last_seq(chat::ChatId chat_id) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  return found ? found->entries.size() : 0;
}

chat::Seq MemoryMessageLog::first_seq(chat::ChatId chat_id) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  return found ? found->first : 1;
}

std::size_t MemoryMessageLog::read_forward(chat::ChatId chat_id, chat::Seq after, chat::Seq through,
                                           chat::PageLimit limit, const Visitor& visit) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  if (!found) return 0;
  PageBudget budget(limit);
  const chat::Seq end = std::min<chat::Seq>(through, found->entries.size());
  for (chat::Seq seq = after; seq < end;) {
    const chat::StoredView message = found->view(chat_id, ++seq);
    if (!message.from) continue;
    if (!budget.take(message.body.size()) || !visit(message)) break;
  }
  return budget.taken();
}

std::size_t MemoryMessageLog::read_backward(chat::ChatId chat_id, chat::Seq before, chat::Seq above,
                                            chat::PageLimit limit, const Visitor& visit) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  if (!found || before == 0) return 0;
  PageBudget budget(limit);
  for (chat::Seq seq = std::min<chat::Seq>(before - 1, found->entries.size()); seq > above; --seq) {
    const chat::StoredView message = found->view(chat_id, seq);
    if (!message.from) continue;
    if (!budget.take(message.body.size()) || !visit(message)) break;
  }
  return budget.taken();
}

std::optional<chat::Position> MemoryMessageLog::find(chat::ChatId chat_id, chat::UserId from,
                                                     std::string_view cmid) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  if (!found || cmid.empty()) return std::nullopt;
  const auto [begin, end] = found->cmids.equal_range(cmid_hash(from, cmid));
  for (auto it = begin; it != end; ++it) {
    const chat::StoredView message = found->view(chat_id, it->second);
    if (message.from == from && message.cmid == cmid) {
      return chat::Position{message.seq, message.time};
    }
  }
  return std::nullopt;
}

std::vector<chat::CursorRecord> MemoryMessageLog::cursors(chat::ChatId chat_id) const {
  const std::scoped_lock lock(mutex_);
  std::vector<chat::CursorRecord> result;
  if (const Chat* found = chat(chat_id)) {
    for (const auto& [user, cursor] : found->cursors) result.push_back(cursor);
  }
  return result;
}

chat::CursorRecord MemoryMessageLog::cursor(chat::ChatId chat_id, chat::UserId user) const {
  const std::scoped_lock lock(mutex_);
  const Chat* found = chat(chat_id);
  const auto at = found ? found->cursors.find(user) : decltype(found->cursors.find(user))();
  if (!found || at == found->cursors.end()) return {.chat = chat_id, .user = user};
  return at->second;
}

boost::system::error_code MemoryMessageLog::commit(std::span<const chat::Batch* const> batches) {
  const std::scoped_lock lock(mutex_);
  for (const chat::Batch* batch : batches) {
    for (const chat::StoredMessage& message : batch->messages) {
      chats_[message.chat].append(message);
    }
    for (const chat::StoredMessage& revision : batch->revisions) {
      chats_[revision.chat].revise(revision);
    }
    for (const chat::CursorRecord& cursor : batch->cursors) {
      chats_[cursor.chat].cursors[cursor.user] = cursor;
    }
  }
  return {};
}

boost::system::error_code MemoryMessageLog::remove_below(chat::ChatId chat, chat::Seq first) {
  const std::scoped_lock lock(mutex_);
  if (const auto at = chats_.find(chat); at != chats_.end()) at->second.remove_below(first);
  return {};
}

void MemoryMessageLog::visit_chats(chat::ChatId after,
                                   const std::function<bool(chat::ChatId)>& visit) const {
  std::vector<chat::ChatId> chats;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, chat] : chats_) {
      if (id > after && chat.first <= chat.entries.size()) chats.push_back(id);
    }
  }
  std::ranges::sort(chats);
  for (const chat::ChatId chat : chats) {
    if (!visit(chat)) return;
  }
}

boost::system::error_code MemoryMessageLog::reclaim(std::atomic<bool>&) {
  const std::scoped_lock lock(mutex_);
  for (auto& [id, chat] : chats_) chat.compact();
  return {};
}

}  // namespace throng::storage
