#pragma once

#include <cstdint>
#include <string_view>

/// What both programs say of their metrics: a catalog lists all that a program has, and its
/// /metrics page takes name, type and help from there. docs/metrics.md is made of the catalogs.
namespace throng::catalog {

enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };

/// A metric; all rows of its name on the page.
struct Family {
  std::string_view name;
  Kind kind;
  std::string_view unit;    ///< e.g. "seconds"; empty: a plain number
  std::string_view labels;  ///< their names in order, e.g. "shard op"; empty: none
  std::string_view help;    ///< one sentence
};

/// A label, and how many values it can have: people, chats and addresses are none.
struct Label {
  std::string_view name;
  unsigned most;
  std::string_view meaning;
};

/// A metric of a catalog, by its name: one that isn't listed doesn't compile.
template <const auto& kFamilies>
class Listed {
 public:
  // Implicit: a name stands for what is listed of it.
  // NOLINTNEXTLINE(google-explicit-constructor)
  consteval Listed(const char* name) : family_(find(name)) {}

  constexpr const Family* operator->() const { return family_; }
  constexpr const Family& operator*() const { return *family_; }

 private:
  static consteval const Family* find(std::string_view name) {
    for (const Family& family : kFamilies) {
      if (family.name == name) return &family;
    }
    throw "no metric of that name is listed";
  }

  const Family* family_;
};

}  // namespace throng::catalog
