#include "loadgen/report/plain_page.hpp"

#include <fmt/format.h>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/page_files.hpp"

namespace throng::report {
namespace {

constexpr const char* kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
  <div class="run">
    <p class="eyebrow">Throng · {kind}</p>
    <h1>{title}</h1>
    <p class="muted">{subtitle}</p>
  </div>
  <div class="verdict {tone}">
    <p class="word">{word}</p>
    <p class="sentence">{sentence}</p>
  </div>
</header>
<main>
{sections}</main>
</body>
</html>
)";

}  // namespace

std::string plain_page_html(const PlainPage& page) {
  return fmt::format(
      kPage, fmt::arg("kind", html_text(page.kind)), fmt::arg("title", html_text(page.title)),
      fmt::arg("style", kPageStyle), fmt::arg("subtitle", html_text(page.subtitle)),
      fmt::arg("tone", html_text(page.tone)), fmt::arg("word", html_text(page.word)),
      fmt::arg("sentence", html_text(page.sentence)), fmt::arg("sections", page.sections));
}

}  // namespace throng::report
