#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/notify/preferences.hpp"
#include "server/notify/push.hpp"

namespace throng::notify {

/// What the webhook's receiver gets, e.g. of messages
///   {"id":"1767225600000001","user":17,"to":"device-7","priority":"message","chat":7,"seq":12,
///    "messages":3}
/// and of the others
///   {"id":"1767225600000002","user":17,"to":"","priority":"one_time_code","title":"","text":"4711"}
std::string webhook_body(const Push& push, const Preferences& preferences, std::uint32_t messages);

/// The headers beside it: "X-Throng-Signature: sha256=HEX" is the HMAC-SHA-256, under the shared
/// secret, of what "X-Throng-Timestamp" says, a full stop and the body.
std::vector<std::string> webhook_headers(const Push& push, std::string_view body,
                                         std::string_view secret, TimeMs now);

}  // namespace throng::notify
