#include "loadgen/simulate/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "loadgen/scenario/script.hpp"
#include "loadgen/simulate/world_script.hpp"

namespace throng::simulate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// A file that is gone with the test.
class WorldFile {
 public:
  explicit WorldFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              (std::string("throng-") +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".lua")) {
    std::ofstream(path_) << text;
  }
  ~WorldFile() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

World load(const std::string& text) { return load_world(WorldFile(text).path(), ""); }

std::string error_of(const std::string& text) {
  try {
    load(text);
  } catch (const scenario::ScriptError& error) {
    return error.what();
  }
  return "no error";
}

TEST(World, ComesWithTheProgram) {
  const World world = load_world("", "");
  EXPECT_EQ(world.name, "one_node");
  EXPECT_EQ(world.cores, 2u);
  EXPECT_TRUE(world.faults.empty());
  EXPECT_THAT(world.costs.source, HasSubstr("docs/performance.md"));
  EXPECT_THAT(world.costs.source, HasSubstr("20.7 us"));
  EXPECT_THAT(world.costs.source, HasSubstr("148 us"));
  // The rows of that page, in seconds.
  EXPECT_NEAR(world.costs.message.mean(), 20.7e-6 * 2 / 7, 0.1e-6);
  EXPECT_NEAR(world.costs.login.mean(), 1.0 / 6508, 2e-6);
  EXPECT_NEAR(world.costs.missed.mean(), 1.0 / 191297, 0.1e-6);
  EXPECT_NEAR(world.costs.history.mean(), 1.0 / 29331, 0.5e-6);
}

TEST(World, KeepsWhatItDoesntSay) {
  const World world = load(R"(world {
    node = { cores = 8, disk = { sync = "1ms" } },
    network = { latency = "20ms", loss = 0.1, retransmit = "1s" },
    clients = { backoff = "2s" },
  })");
  EXPECT_EQ(world.cores, 8u);
  EXPECT_DOUBLE_EQ(world.disk.sync.mean(), 0.001);
  EXPECT_DOUBLE_EQ(world.disk.record.mean(), 2e-6);
  EXPECT_DOUBLE_EQ(world.network.loss, 0.1);
  EXPECT_EQ(world.network.retransmit_after, seconds(1));
  EXPECT_EQ(world.clients.backoff, seconds(2));
  EXPECT_EQ(world.clients.backoff_cap, seconds(10));
}

TEST(World, HasAFleet) {
  EXPECT_EQ(load_world("", "").fleet.nodes, 1u);
  const World world = load(R"(world {
    nodes = 4, inside = { latency = "2ms" },
    balancer = { policy = "hash", check = "5s" },
    faults = { { what = "node_dies", node = 4, at = "1s", lasts = "1s" },
               { what = "disk_slows", at = "2s", lasts = "1s", by = 2 } },
  })");
  EXPECT_EQ(world.fleet.nodes, 4u);
  EXPECT_DOUBLE_EQ(world.fleet.inside.latency.mean(), 0.002);
  EXPECT_EQ(world.fleet.policy, BalancerPolicy::kHash);
  EXPECT_EQ(world.fleet.check, seconds(5));
  const auto faults = place_faults(world, seconds(60), 1);
  EXPECT_EQ(describe(faults[0]), "node 4 dies at 1.000 s for 1.000 s");
  EXPECT_THAT(describe(faults[1]), testing::MatchesRegex("disk of node [1-4] 2 times slower .*"));
}

TEST(World, HasRegions) {
  const World world = load(R"(world {
    nodes = 3, zones = 3, inside = { bandwidth = "1G" }, network = { bandwidth = "10M" },
    regions = { { name = "north", share = 0.75, nodes = 2 },
                { name = "south", share = 0.25, nodes = 1 } },
    ways = { { from = "south", to = "north", latency = "80ms" } },
    faults = { { what = "zone_lost", zone = 3, at = "1s", lasts = "1s" },
               { what = "nodes_parted", node = 2, at = "2s", lasts = "1s" },
               { what = "clock_off", node = 1, at = "3s", lasts = "1s", by = -2.5 } },
  })");
  EXPECT_DOUBLE_EQ(world.fleet.inside.bandwidth, 1e9);
  EXPECT_DOUBLE_EQ(world.network.bandwidth, 1e7);
  ASSERT_EQ(world.fleet.regions.size(), 2u);
  EXPECT_EQ(world.fleet.regions[1].name, "south");
  EXPECT_DOUBLE_EQ(world.fleet.regions[1].share, 0.25);
  EXPECT_EQ(world.fleet.region_of(2), 1u);
  ASSERT_EQ(world.fleet.ways.size(), 1u);
  EXPECT_EQ(world.fleet.ways[0].one, 1u);
  EXPECT_DOUBLE_EQ(world.fleet.ways[0].latency.mean(), 0.08);
  const auto faults = place_faults(world, seconds(60), 1);
  EXPECT_EQ(describe(faults[0]), "zone 3 lost at 1.000 s for 1.000 s");
  EXPECT_EQ(describe(faults[1]), "node 2 parted from the others at 2.000 s for 1.000 s");
  EXPECT_EQ(describe(faults[2]), "clock of node 1 -2.5 s off at 3.000 s for 1.000 s");
}

TEST(World, SaysWhatIsWrongWithRegions) {
  const auto error = [](const std::string& rest) {
    return error_of("world { nodes = 2, regions = { { name = \"a\", share = 0.5, nodes = 1 },\n" +
                    rest);
  };
  EXPECT_THAT(error_of("world { regions = 3 }"), HasSubstr("regions must be a list of"));
  EXPECT_THAT(error_of("world { regions = { { share = 1, nodes = 1 } } }"),
              HasSubstr("regions: name is missing"));
  EXPECT_THAT(error("{ name = \"b\", share = 0.5 } } }"), HasSubstr("regions: nodes is missing"));
  EXPECT_THAT(error("{ name = \"b\", share = 0.5, nodes = 2 } } }"),
              HasSubstr("regions have 3 nodes, but nodes is 2"));
  EXPECT_THAT(error("{ name = \"b\", share = 0.4, nodes = 1 } } }"),
              HasSubstr("the shares of regions come to 0.9"));
  EXPECT_THAT(error("{ name = \"a\", share = 0.5, nodes = 1 } } }"),
              HasSubstr("there are two regions a"));
  const std::string two = "{ name = \"b\", share = 0.5, nodes = 1 } }, ways = { ";
  EXPECT_THAT(error(two + "{ from = \"a\", to = \"c\", latency = 1 } } }"),
              HasSubstr("ways: to must be the name of a region"));
  EXPECT_THAT(error(two + "{ from = \"a\", to = \"a\", latency = 1 } } }"),
              HasSubstr("ways: to must be another region than from"));
  EXPECT_THAT(error(two + "{ from = \"a\", to = \"b\" } } }"),
              HasSubstr("ways: latency is missing"));
}

TEST(World, LetsAFaultHappenToAnyNode) {
  const World world = load(R"(world { nodes = 3, faults = {
    { what = "node_dies", times = 100, lasts = "1s" },
  } })");
  std::vector<int> deaths(3);
  for (const Fault& fault : place_faults(world, seconds(60), 1)) ++deaths.at(fault.node.value());
  EXPECT_THAT(deaths, testing::Each(testing::Gt(15)));
}

TEST(World, TakesItsOwnCosts) {
  const World world = load(R"(costs { source = "a guess", message = "1ms" })");
  EXPECT_EQ(world.costs.source, "a guess");
  EXPECT_DOUBLE_EQ(world.costs.message.mean(), 0.001);
}

TEST(World, NeedsCostsOfACostsFile) {
  const WorldFile file("world { node = { cores = 4 } }");
  EXPECT_THROW(load_world("", file.path()), scenario::ScriptError);
}

TEST(World, HasFaultsInTheirOrder) {
  const World world = load(R"(world { faults = {
    { what = "partition", at = "9s", lasts = "2s", share = 0.25 },
    { what = "node_dies", at = "3s", lasts = "1s" },
    { what = "disk_slows", at = "5s", lasts = "500ms", by = 20 },
  } })");
  const auto faults = place_faults(world, seconds(60), 1);
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(describe(faults[0]), "node dies at 3.000 s for 1.000 s");
  EXPECT_EQ(describe(faults[1]), "disk 20 times slower at 5.000 s for 0.500 s");
  EXPECT_EQ(describe(faults[2]), "25 % of people cut off at 9.000 s for 2.000 s");
}

TEST(World, HasNoFaultsBehindTheEnd) {
  const World world = load(R"(world { faults = {
    { what = "node_dies", at = "12s", lasts = "1s" },
  } })");
  EXPECT_EQ(place_faults(world, seconds(12), 1).size(), 1u);
  try {
    place_faults(world, seconds(11), 1);
    ADD_FAILURE() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("node dies at 12.000 s"));
    EXPECT_THAT(error.what(), HasSubstr("the run ends at 11.000 s"));
  }
}

TEST(World, PutsFaultsAnywhereByTheSeed) {
  const World world = load(R"(world { faults = {
    { what = "node_dies", times = 5, lasts = uniform("1s", "2s") },
  } })");
  const auto faults = place_faults(world, seconds(60), 1);
  ASSERT_EQ(faults.size(), 5u);
  for (const Fault& fault : faults) {
    EXPECT_LT(fault.at, seconds(60));
    EXPECT_GE(fault.lasts, seconds(1));
    EXPECT_LT(fault.lasts, seconds(2));
  }
  EXPECT_EQ(place_faults(world, seconds(60), 1)[2].at, faults[2].at);
  EXPECT_NE(place_faults(world, seconds(60), 2)[2].at, faults[2].at);
}

TEST(World, SaysWhatIsWrongWhere) {
  EXPECT_THAT(error_of("\nworld { cores = 2 }"), HasSubstr(".lua:2: world: "));
  EXPECT_THAT(error_of("world { cores = 2 }"), HasSubstr("cores"));
  EXPECT_THAT(error_of("world { node = { cores = 0 } }"), HasSubstr("world: node.cores must be"));
  EXPECT_THAT(error_of("world { node = 3 }"), HasSubstr("world: node must be a table"));
  EXPECT_THAT(error_of("world { network = { loss = 1 } }"),
              HasSubstr("world: network.loss must be from 0 to 0.9"));
  EXPECT_THAT(error_of("world { network = { latency = \"soon\" } }"),
              HasSubstr("world: network.latency must be"));
  EXPECT_THAT(error_of("world { faults = { { what = \"flood\", lasts = \"1s\" } } }"),
              HasSubstr("faults: what must be node_dies, disk_slows, partition, zone_lost, "
                        "nodes_parted or clock_off"));
  EXPECT_THAT(error_of("world { faults = { { what = \"node_dies\" } } }"),
              HasSubstr("faults: lasts is missing"));
  EXPECT_THAT(error_of("world { faults = { { what = \"partition\", lasts = 1, shares = 1 } } }"),
              HasSubstr("shares"));
  EXPECT_THAT(error_of("\nworld { clients = { backoff = 0 } }"),
              HasSubstr(".lua:2: world: clients.backoff must be above 0"));
  EXPECT_THAT(error_of("world { clients = { backoff = \"20s\" } }"),
              HasSubstr("clients.backoff must be at most clients.backoff_cap, 10.0 s"));
  EXPECT_THAT(error_of("\nworld { faults = { what = \"node_dies\", lasts = 1 } }"),
              HasSubstr(".lua:2: world: faults must be a list of"));
  EXPECT_THAT(error_of("world { faults = { { what = \"disk_slows\", lasts = 1 } } }"),
              HasSubstr("faults: by is missing"));
  EXPECT_THAT(error_of("world { faults = { { what = \"node_dies\", lasts = 1, by = 2 } } }"),
              HasSubstr("faults: by belongs to disk_slows and clock_off"));
  EXPECT_THAT(error_of("world { faults = { { what = \"node_dies\", lasts = 1, share = 0.5 } } }"),
              HasSubstr("faults: share belongs to partition"));
  EXPECT_THAT(error_of("\nworld { nodes = 0 }"), HasSubstr(".lua:2: world: nodes must be"));
  EXPECT_THAT(error_of("world { nodes = 257 }"), HasSubstr("world: nodes must be"));
  EXPECT_THAT(error_of("world { inside = { loss = 0.1 } }"), HasSubstr("loss"));
  EXPECT_THAT(error_of("world { balancer = { policy = \"best\" } }"),
              HasSubstr("balancer.policy must be round_robin, least_connections or hash"));
  EXPECT_THAT(error_of("world { nodes = 2, faults = { { what = \"node_dies\", lasts = 1, "
                       "node = 3 } } }"),
              HasSubstr("faults: node must be"));
  EXPECT_THAT(error_of("world { faults = { { what = \"partition\", lasts = 1, node = 1 } } }"),
              HasSubstr("faults: node belongs to faults of one node"));
  EXPECT_THAT(error_of("world { zones = 2 }"), HasSubstr("world: zones must be"));
  EXPECT_THAT(error_of("world { faults = { { what = \"node_dies\", lasts = 1, zone = 1 } } }"),
              HasSubstr("faults: zone belongs to zone_lost"));
  EXPECT_THAT(error_of("world { faults = { { what = \"clock_off\", lasts = 1, by = 1e6 } } }"),
              HasSubstr("faults: by must be from -86400 to 86400 s"));
  EXPECT_THAT(error_of("world { network = { bandwidth = 0 } }"),
              HasSubstr("network.bandwidth must be from 1 to 1T"));
  EXPECT_THAT(error_of("local world = 1"), HasSubstr(".lua:1: it calls neither world"));
  EXPECT_THAT(error_of("costs { message = \"1us\" }"), HasSubstr("costs: source is missing"));
  EXPECT_THAT(error_of("world 7"), HasSubstr(".lua:1:"));
}

}  // namespace
}  // namespace throng::simulate
