-- A fleet in two regions and faults at random times, each seed others: any_fault.lua, for many nodes.
world {
  nodes = 4, zones = 2,
  node = { cores = 2, disk = { sync = lognormal { median = "2ms", p95 = "20ms" } } },
  network = { latency = lognormal { median = "5ms", p95 = "50ms" }, loss = 0.02, retransmit = "200ms",
    bandwidth = "1M" },
  inside = { latency = lognormal { median = "500us", p95 = "5ms" }, bandwidth = "10M" },
  balancer = { policy = "least_connections", check = "300ms" },
  regions = { { name = "north", share = 0.7, nodes = 3 }, { name = "south", share = 0.3, nodes = 1 } },
  ways = { { from = "north", to = "south", latency = lognormal { median = "40ms", p95 = "80ms" } } },
  clients = { backoff = "100ms", backoff_cap = "2s" },
  faults = {
    { what = "node_dies", times = 3, lasts = uniform("1ms", "3s") },
    { what = "zone_lost", lasts = uniform("50ms", "3s") },
    { what = "nodes_parted", times = 2, lasts = uniform("100ms", "5s") },
    { what = "clock_off", times = 2, lasts = uniform("1s", "5s"), by = -3 },
    { what = "disk_slows", times = 2, lasts = uniform("100ms", "3s"), by = 50 },
    { what = "partition", times = 2, lasts = uniform("100ms", "5s"), share = 0.5 },
  },
}
