#include "loadgen/simulate/letter.hpp"

namespace throng::simulate {
namespace {

/// Of what carries a letter, and of its fields beside texts and lists.
constexpr std::size_t kEnvelope = 100;
/// Of each user in a list.
constexpr std::size_t kUser = 16;

std::size_t content_bytes(const auto& of) {
  if constexpr (requires { of.index(); }) {
    return std::visit([](const auto& each) { return content_bytes(each); }, of);
  } else if constexpr (requires { of.events->size(); }) {
    return of.events->size();
  } else if constexpr (requires { of.events.size(); }) {
    return of.events.size();
  } else if constexpr (requires { of.json.size(); }) {
    return of.json.size();
  } else if constexpr (requires { of.body.size(); }) {
    return of.body.size() + of.cmid.size();
  } else if constexpr (requires { of.users.size(); }) {
    return kUser * of.users.size();
  } else if constexpr (requires { of.members.size(); }) {
    return kUser * of.members.size();
  } else if constexpr (requires { of.bytes; }) {
    return of.bytes;
  } else if constexpr (requires { of.text.size(); }) {
    return of.text.size();
  } else {
    return 0;
  }
}

}  // namespace

std::size_t bytes_of(const Letter& letter) { return kEnvelope + content_bytes(letter); }

}  // namespace throng::simulate
