#include "loadgen/view/page.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/fill_in.hpp"
#include "loadgen/report/page_files.hpp"
#include "loadgen/view/page_files.hpp"

namespace throng::view {
namespace {

const std::string& script() {
  static const std::string all = [] {
    std::string joined;
    for (const std::string_view each :
         {report::kPageCharts, kHeatmapScript, kModelScript, kPanelsScript, kViewScript}) {
      joined += each;
    }
    return joined;
  }();
  return all;
}

std::string base64_sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string encoded(sodium_base64_encoded_len(hash.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), hash.data(), hash.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.pop_back();
  return encoded;
}

std::string policy(std::string_view connect) {
  return fmt::format(
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; connect-src {}; "
      "base-uri 'none'; form-action 'none'",
      base64_sha256(script()), connect);
}

std::string html(const std::string& content_policy, std::string_view data) {
  return report::fill_in(kViewTemplate, {{"policy", content_policy},
                                         {"style", std::string(report::kPageStyle)},
                                         {"own_style", std::string(kViewStyle)},
                                         {"data", report::script_json_escape(data)},
                                         {"script", script()}});
}

}  // namespace

std::string live_policy() { return policy("'self'"); }

std::string live_html(std::string_view stop_token) {
  return html(live_policy(),
              fmt::format("{{\"events\": \"/events\", \"stop\": \"{}\"}}", stop_token));
}

std::string finished_html(std::string_view document) {
  return html(policy("'none'"), fmt::format("{{\"document\": {}}}", document));
}

}  // namespace throng::view
