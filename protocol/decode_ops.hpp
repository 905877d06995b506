#pragma once

#include <span>
#include <string_view>

#include "protocol/decode_lists.hpp"

namespace throng::protocol {

/// How the event of that op is read. What is wrong with it is told to `in`.
template <class Event>
struct OpRow {
  std::string_view op;
  Event (*read)(FieldReader& in, Lists& lists);
};

/// The most frequent ones first.
std::span<const OpRow<ClientEvent>> client_ops();
std::span<const OpRow<ServerEvent>> server_ops();

}  // namespace throng::protocol
