#pragma once

#include <string_view>

#include "server/gateway/http_api.hpp"

namespace throng::gateway {

/// A file of the page to look at, or that the browser has it already. Errors: throws a Refusal.
HttpReply page_reply(const Services& services, const HttpRequest& request, std::string_view name);

}  // namespace throng::gateway
