#pragma once

#include <string>
#include <string_view>

namespace throng::report {

/// Texts come from scripts and servers and may hold anything; each of these makes one harmless for
/// the place it goes to. All but valid_utf8() expect what valid_utf8() gives back.

/// The text with each byte that isn't part of well-formed UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// For HTML text and quoted attributes: & < > " '
std::string html_escape(std::string_view text);

/// A text from anywhere, for HTML: html_escape() of valid_utf8().
std::string html_text(std::string_view text);

/// For XML 1.0 text and quoted attributes: as for HTML, with line breaks kept in attributes, and
/// the control characters that XML can't hold replaced by U+FFFD.
std::string xml_escape(std::string_view text);

/// For JSON inside <script>: no `<`, `>`, `&`, U+2028 or U+2029 stays as it is, so that neither
/// `</script>` nor `<!--` can occur.
std::string script_json_escape(std::string_view json);

/// For a terminal: control characters, which could move the cursor or change colours, become `?`.
std::string terminal_escape(std::string_view text);

}  // namespace throng::report
