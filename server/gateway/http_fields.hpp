#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"
#include "protocol/ids.hpp"

namespace throng::gateway {

/// What an HTTP handler throws to end with an error; caught in serve_http.
struct Refusal {
  protocol::Error error;
  std::string detail;
  std::uint32_t retry_ms = 0;  ///< of those that say when to come again
};

// Fields of request bodies. A field that is null counts as absent. Each throws a Refusal that
// names the field when it isn't what it has to be.

boost::json::object parse_object(std::string_view text);

/// Empty when it isn't required and absent.
std::string string_field(const boost::json::object& object, std::string_view name,
                         std::size_t max_bytes, bool required = true);

/// An integer from 1 to protocol::kMaxId.
std::uint64_t id_field(const boost::json::object& object, std::string_view name);

/// An array of user ids; empty when it isn't required and absent.
std::vector<protocol::UserId> users_field(const boost::json::object& object, std::string_view name,
                                          bool required);

/// The whole text as a number, or none.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace throng::gateway
