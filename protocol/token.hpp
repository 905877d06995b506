#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "protocol/error.hpp"
#include "protocol/ids.hpp"

namespace throng::protocol {

/// Who a token speaks for.
struct Claims {
  UserId user;
  TimeMs expires = 0;
  bool admin = false;  ///< may act on chats it isn't a member of (set-up of load tests)
};

/// Mints and checks the stateless tokens that every session and HTTP call carries: JSON Web Tokens
/// (RFC 7519) with HS256 and nothing else, e.g. header {"alg":"HS256","typ":"JWT"} and payload
/// {"sub":"17","exp":1767225600,"adm":true}. Whoever holds the secret can mint.
/// A token's time is over at `exp` seconds and begins at `nbf`, if it has one.
/// Immutable: any thread may use it.
class TokenKey {
 public:
  /// Requires: at least kMinSecretBytes bytes, else std::invalid_argument.
  explicit TokenKey(std::string_view secret);
  TokenKey(const TokenKey&) = default;
  TokenKey& operator=(const TokenKey&) = delete;
  /// Wipes the secret from memory.
  ~TokenKey();

  static constexpr std::size_t kMinSecretBytes = 16;

  /// `expires` is cut to whole seconds. Requires: a user.
  std::string mint(const Claims& claims) const;
  /// Takes what `mint` or any other JWT library made with the same secret.
  /// Errors: kBadToken for everything else, and for a token whose time is past or to come.
  /// Compares signatures in constant time.
  boost::system::result<Claims, Error> verify(std::string_view token, TimeMs now) const;

 private:
  std::string secret_;
};

}  // namespace throng::protocol
