-- Six nodes in three zones, which are lost one after the other: for scenarios/zone_loss.lua.
world {
  nodes = 6, zones = 3,
  node = { cores = 2 },
  network = { latency = lognormal { median = "20ms", p95 = "60ms" } },
  inside = { latency = lognormal { median = "300us", p95 = "1ms" } },
  balancer = { policy = "least_connections", check = "2s" },
  faults = {
    { what = "zone_lost", zone = 1, at = "20s", lasts = "10s" },
    { what = "zone_lost", zone = 2, at = "60s", lasts = "10s" },
    { what = "zone_lost", zone = 3, at = "100s", lasts = "10s" },
  },
}
