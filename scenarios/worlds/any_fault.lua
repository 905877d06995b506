-- Faults at random times, each seed others: what searches for broken promises are played in.
world {
  node = { cores = 2, disk = { sync = lognormal { median = "2ms", p95 = "20ms" } } },
  network = { latency = lognormal { median = "5ms", p95 = "50ms" }, loss = 0.02, retransmit = "200ms" },
  clients = { backoff = "100ms", backoff_cap = "2s" },
  faults = {
    { what = "node_dies", times = 3, lasts = uniform("50ms", "3s") },
    { what = "disk_slows", times = 2, lasts = uniform("100ms", "3s"), by = 50 },
    { what = "partition", times = 3, lasts = uniform("100ms", "5s"), share = 0.5 },
  },
}
