#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The texts in which Linux describes the machine: the files under /proc and /sys.
namespace throng::machine {

/// All of a file; empty if it can't be read.
std::string file_text(const std::string& path);

/// What stands behind the colon in the first line that begins with `name`, e.g. "Example CPU" of
/// "model name\t: Example CPU"; empty if there is none.
std::string_view value_of(std::string_view text, std::string_view name);

/// A figure of /proc/meminfo or /proc/self/status in bytes, e.g. "MemTotal" of
/// "MemTotal:       24625812 kB"; 0 if it isn't there.
std::uint64_t memory_figure(std::string_view text, std::string_view name);

/// The whole number that is the `index`th word, from 0: 264725 is word 1 of "cpu  264725 19340";
/// 0 if it is none or isn't there.
std::uint64_t number_at(std::string_view text, std::size_t index);

}  // namespace throng::machine
