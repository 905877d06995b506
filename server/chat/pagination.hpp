#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/ids.hpp"

namespace throng::chat {

/// Makes and reads the opaque tokens with which history is paged. A token names a place in one
/// chat by seq, so new messages never shift a page, and carries a keyed hash (SipHash-2-4), so
/// only tokens of servers with the same secret are taken. Immutable: any thread may use it.
class Pagination {
 public:
  /// The key is derived from `secret`. Requires: secret isn't empty.
  explicit Pagination(std::string_view secret);

  /// A token for the messages with a seq below `before`.
  std::string token(protocol::ChatId chat, protocol::Seq before) const;
  /// nullopt unless token() made it for this chat.
  std::optional<protocol::Seq> read(protocol::ChatId chat, std::string_view token) const;

 private:
  std::array<unsigned char, 16> key_;
};

}  // namespace throng::chat
