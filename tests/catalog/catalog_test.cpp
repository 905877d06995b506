#include "catalog/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "loadgen/capacity/metrics_catalog.hpp"
#include "loadgen/play/metrics_catalog.hpp"
#include "loadgen/search/metrics_catalog.hpp"
#include "server/metrics/catalog.hpp"

namespace throng::catalog {
namespace {

/// What one page or file of metrics lists.
struct Catalog {
  std::string_view program;
  std::string_view prefix;
  std::span<const Family> families;
  std::span<const Label> labels;
};

const Catalog kCatalogs[] = {
    {"throng-server", "throng_server_", metrics::kFamilies, metrics::kLabels},
    {"throng run", "throng_", play::kFamilies, play::kLabels},
    {"throng capacity", "throng_", capacity::kFamilies, capacity::kLabels},
    {"throng search", "throng_", search::kFamilies, search::kLabels},
};

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  return {std::istream_iterator<std::string>(in), {}};
}

const Label* find_label(const Catalog& catalog, std::string_view name) {
  for (const Label& label : catalog.labels) {
    if (label.name == name) return &label;
  }
  return nullptr;
}

template <class Check>
void for_each_family(Check check) {
  for (const Catalog& catalog : kCatalogs) {
    for (const Family& family : catalog.families) {
      SCOPED_TRACE(family.name);
      check(catalog, family);
    }
  }
}

// The conventions at prometheus.io/docs/practices/naming.
TEST(Catalog, NamesFollowTheConventions) {
  for_each_family([](const Catalog& catalog, const Family& family) {
    EXPECT_TRUE(family.name.starts_with(catalog.prefix) || family.name.starts_with("process_"));
    EXPECT_EQ(family.name.ends_with("_total"), family.kind == Kind::kCounter);
    EXPECT_EQ(family.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
  });
}

TEST(Catalog, NamesEndWithTheirUnit) {
  const std::set<std::string_view> units = {"", "seconds", "bytes", "ratio"};
  for_each_family([&](const Catalog&, const Family& family) {
    EXPECT_TRUE(units.contains(family.unit)) << "it isn't a base unit";
    for (const std::string_view unit : units) {
      if (unit.empty()) continue;
      const std::string part = "_" + std::string(unit);
      const bool named = (std::string(family.name) + "_").find(part + "_") != std::string::npos;
      EXPECT_EQ(named, unit == family.unit) << unit;
    }
  });
}

TEST(Catalog, EachIsListedOnceWithAHelp) {
  for (const Catalog& catalog : kCatalogs) {
    std::set<std::string_view> names;
    for (const Family& family : catalog.families) {
      EXPECT_TRUE(names.insert(family.name).second) << family.name;
      EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    }
  }
}

TEST(Catalog, EveryLabelIsExplainedAndUsed) {
  std::set<std::pair<std::string_view, std::string>> used;
  for_each_family([&](const Catalog& catalog, const Family& family) {
    for (const std::string& label : words(family.labels)) {
      EXPECT_NE(find_label(catalog, label), nullptr) << label;
      used.emplace(catalog.program, label);
    }
  });
  for (const Catalog& catalog : kCatalogs) {
    for (const Label& label : catalog.labels) {
      EXPECT_TRUE(used.contains({catalog.program, std::string(label.name)})) << label.name;
    }
  }
}

/// A row for each combination of labels; a shard's are counted for one shard.
TEST(Catalog, NoMetricCanHaveManyRows) {
  for_each_family([](const Catalog& catalog, const Family& family) {
    unsigned rows = 1;
    for (const std::string& label : words(family.labels)) {
      if (label != "shard") rows *= find_label(catalog, label)->most;
    }
    EXPECT_TRUE(rows <= 400 || family.name == "throng_operation_errors_total") << rows;
  });
}

// ---- docs/metrics.md ----

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      return "histogram";
  }
  return "";
}

/// "`shard`, `op`"
std::string quoted(std::string_view labels) {
  std::string text;
  for (const std::string& label : words(labels)) text += (text.empty() ? "`" : ", `") + label + "`";
  return text;
}

void write_catalog(std::ostream& out, const Catalog& catalog) {
  out << "\n## `" << catalog.program << "`\n";
  out << "| metric | type | unit | labels | meaning |\n|---|---|---|---|---|\n";
  for (const Family& each : catalog.families) {
    out << "| `" << each.name << "` | " << name_of(each.kind) << " | " << each.unit << " | "
        << quoted(each.labels) << " | " << each.help << " |\n";
  }
  out << "\n| label | values at most, of a metric | meaning |\n|---|---|---|\n";
  for (const Label& label : catalog.labels) {
    out << "| `" << label.name << "` | " << label.most << " | " << label.meaning << " |\n";
  }
}

std::string written() {
  std::ostringstream out;
  out << "# Metrics\n\n"
         "What `GET /metrics` of `throng-server` and of `throng run --prometheus ADDRESS` has, "
         "and\n"
         "`capacity.prom` and `search.prom`, which `throng capacity --out DIR` and `throng search` "
         "write. Made of\n"
         "`server/metrics/catalog.hpp` and of `metrics_catalog.hpp` in "
         "`loadgen/{play,capacity,search}`, from which\n"
         "these take name, type and help;\n"
         "`THRONG_WRITE_DOCS=1 ctest --preset release -R Catalog` writes it anew.\n\n"
         "Names, types and labels stay as they are from version to version unless the changelog "
         "says so.\n"
         "No label names a person, a chat, a message or an address.\n";
  for (const Catalog& catalog : kCatalogs) write_catalog(out, catalog);
  return out.str();
}

TEST(Catalog, TheDocumentationIsMadeOfIt) {
  const std::string path = THRONG_SOURCE_DIR "/docs/metrics.md";
  if (std::getenv("THRONG_WRITE_DOCS")) std::ofstream(path) << written();
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, written()) << "THRONG_WRITE_DOCS=1 ctest --preset release -R Catalog writes it";
}

}  // namespace
}  // namespace throng::catalog
