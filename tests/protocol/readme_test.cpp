// The protocol's documentation against the code: its examples decode, its errors are the codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/codec.hpp"

namespace throng::protocol {
namespace {

std::string readme() {
  std::ifstream file(PROTOCOL_README);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The lines of all blocks that begin with ```json `side`.
std::vector<std::string> examples(const std::string& side) {
  std::vector<std::string> lines;
  std::istringstream text(readme());
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) {
      inside = line == "```json " + side;
    } else if (inside) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(Readme, ClientExamplesAreWhatTheCodecWrites) {
  Decoder decoder;
  std::set<std::size_t> shown;
  for (const std::string& line : examples("client")) {
    const auto event = decoder.client_event(decoder.padded(line));
    ASSERT_TRUE(event.has_value()) << line << ": " << decoder.failure().detail;
    std::string again;
    std::visit([&](const auto& e) { encode(again, e); }, *event);
    EXPECT_EQ(again, line);
    shown.insert(event->index());
  }
  EXPECT_EQ(shown.size(), std::variant_size_v<ClientEvent>);
}

TEST(Readme, ServerExamplesAreWhatTheCodecWrites) {
  Decoder decoder;
  std::set<std::size_t> shown;
  for (const std::string& line : examples("server")) {
    const auto event = decoder.server_event(decoder.padded(line));
    ASSERT_TRUE(event.has_value()) << line << ": " << decoder.failure().detail;
    std::string again;
    std::visit([&](const auto& e) { encode(again, e); }, *event);
    EXPECT_EQ(again, line);
    shown.insert(event->index());
  }
  EXPECT_EQ(shown.size(), std::variant_size_v<ServerEvent>);
}

TEST(Readme, ListsEveryErrorWithItsCodes) {
  const std::string text = readme();
  for (int value = 1; value <= static_cast<int>(Error::kRequestTimeout); ++value) {
    const auto error = static_cast<Error>(value);
    const std::string start = "\n| `" + std::string(error_name(error)) + "` | ";
    const std::size_t at = text.find(start);
    ASSERT_NE(at, std::string::npos) << error_name(error);
    const std::string row = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    const std::string codes = "| " + std::to_string(http_status(error)) + " | " +
                              std::to_string(close_code(error)) + " |";
    EXPECT_TRUE(row.ends_with(codes)) << row;
  }
}

}  // namespace
}  // namespace throng::protocol
