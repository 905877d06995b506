// Any text is either refused with a reason, or an event that is the same after it was written and
// read again.

#include <cstdint>
#include <string>
#include <variant>

#include "protocol/codec.hpp"
#include "protocol/session_line.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using throng::fuzz::check;
using namespace throng::protocol;

template <class Event>
std::string encoded(const Event& event) {
  std::string json;
  std::visit([&](const auto& one) { encode(json, one); }, event);
  return json;
}

/// Decodes with just as much behind the text as the decoder asks for.
template <class Decode>
void read_twice(std::string_view text, Decode decode) {
  std::string padded(text);
  padded.append(kDecodePadding, '\0');
  Decoder decoder;
  const auto event = decode(decoder, std::string_view(padded).substr(0, text.size()));
  if (!event) {
    check(!decoder.failure().detail.empty(), "refused without a reason");
    return;
  }
  const std::string once = encoded(*event);
  Decoder again;
  const auto same = decode(again, again.padded(once));
  check(same.has_value(), "what was written can't be read");
  check(encoded(*same) == once, "it is another event when it is read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_twice(text,
             [](Decoder& decoder, std::string_view json) { return decoder.client_event(json); });
  read_twice(text,
             [](Decoder& decoder, std::string_view json) { return decoder.server_event(json); });
  std::size_t seen = 0;
  for_each_part(text, [&](SessionNumber, std::string_view events) {
    for_each_line(events, [&](std::string_view line) { seen += line.size(); });
  });
  check(seen <= size, "lines have more than the text");
  return 0;
}
