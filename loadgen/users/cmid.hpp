#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "loadgen/measure/stamp.hpp"

namespace throng::users {

/// The client message id: unique in the run, and enough to find the send that an answer is about.
///
///   run tag (3) sender (6) chat (5) k (5), in the digits of stamps, e.g. "kf3AAAAABAAAAMAAAAB"
inline constexpr std::size_t kCmidBytes = 19;

class Cmid {
 public:
  Cmid(const measure::StampKey& key, const measure::MessageOrigin& origin);

  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, kCmidBytes> text_;
};

/// nullopt for a text that isn't a cmid of this run.
std::optional<measure::MessageOrigin> read_cmid(const measure::StampKey& key,
                                                std::string_view text);

}  // namespace throng::users
