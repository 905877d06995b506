#pragma once

#include <string_view>

namespace throng {

inline constexpr std::string_view kVersion = THRONG_VERSION;
/// What the `Server` header says.
inline constexpr const char* kServerName = "throng-server/" THRONG_VERSION;

}  // namespace throng
