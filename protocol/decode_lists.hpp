#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/json_fields.hpp"

namespace throng::protocol {

/// The lists of the event at hand. What is wrong within one matters only if the event has it.
struct Lists {
  struct Fault {
    Key key = Key::kOp;
    Error code = Error::kBadField;
    std::string detail;
  };

  std::vector<ChatPosition> have;
  std::vector<UserId> users;
  std::vector<ChatState> chats;
  std::vector<Message> messages;
  std::vector<Fault> faults;

  void clear() {
    have.clear();
    users.clear();
    chats.clear();
    messages.clear();
    faults.clear();
  }

  /// Takes `list`, which was read for `key`, out of here and into an event.
  template <class T>
  std::vector<T> take(FieldReader& in, Key key, std::vector<T>& list, std::size_t max_items) {
    in.require_list(key);
    const auto fault = std::ranges::find(faults, key, &Fault::key);
    if (fault != faults.end()) in.fail(fault->code, fault->detail);
    if (list.size() > max_items) {
      in.fail(Error::kTooLarge, key, "has over " + std::to_string(max_items) + " items");
    }
    return std::move(list);
  }
};

inline constexpr std::size_t kNoItemLimit = std::numeric_limits<std::size_t>::max();

/// Reads the list of that key into `lists`; one that no event has is skipped.
simdjson::error_code read_list(Key key, ondemand::array list, Lists& lists);

/// A message but for its chat, as `history` has them.
Message read_message_item(FieldReader& in);

/// The asset of a message; empty if it has none.
std::string_view read_asset(FieldReader& in);

}  // namespace throng::protocol
