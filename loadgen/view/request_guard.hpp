#pragma once

#include <string>
#include <string_view>

namespace throng::view {

/// What a request says of where it comes from; empty where it says nothing.
struct Provenance {
  std::string_view host;    ///< "127.0.0.1:9600"
  std::string_view origin;  ///< "http://127.0.0.1:9600"
  std::string_view token;   ///< of the page
  std::string_view site;    ///< "same-origin": what a browser says in Sec-Fetch-Site
};

/// 32 hexadecimal digits that nobody can guess.
std::string make_token();

/// The page was asked for by an address or as "localhost". A name that somebody else can let point
/// here would let that site's scripts read the page, and its token with it.
bool may_read(const Provenance& request);
/// Also: no page of another site asks, which could take the place of one who watches.
bool may_watch(const Provenance& request);
/// Also: the request comes from the page itself, with the page's token.
bool may_stop(const Provenance& request, std::string_view token);

}  // namespace throng::view
