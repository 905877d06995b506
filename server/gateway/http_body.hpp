#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <span>

namespace throng::gateway {

/// A request's body that is taken piece by piece, by who wants it. Owned by the shard's thread.
class HttpBody {
 public:
  /// What `Content-Length` says.
  virtual std::optional<std::uint64_t> length() const = 0;
  /// Fills `into`; fewer bytes come only at the end.
  /// Errors: throws a Refusal when the body is cut or takes too long.
  virtual boost::asio::awaitable<std::size_t> read(std::span<char> into) = 0;

 protected:
  ~HttpBody() = default;
};

}  // namespace throng::gateway
