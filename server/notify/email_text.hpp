#pragma once

#include <string>

#include "server/notify/push.hpp"

namespace throng::notify {

/// An e-mail as SMTP takes it (RFC 5322, lines ending with CR LF), its text in Base64.
/// Requires: `from` and `to` are addresses, without anything that breaks a header.
std::string email_text(const Push& push, const std::string& from, const std::string& to,
                       std::uint32_t messages, TimeMs now);

}  // namespace throng::notify
