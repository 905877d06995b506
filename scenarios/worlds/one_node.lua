-- One node of two cores on the network of its clients: what throng simulate plays in by itself. A
-- fleet has as many as it says, on a network like that.
world {
  node = {
    cores = 2,
    -- docs/performance.md: 3,752 groups a second were committed one after the other, so a sync took
    -- 267 us at most; its tail is an assumption.
    disk = { sync = lognormal { median = "220us", p95 = "500us" }, record = "2us" },
  },
  network = { latency = lognormal { median = "100us", p95 = "200us" } },
  inside = { latency = lognormal { median = "100us", p95 = "200us" } },
  balancer = { policy = "round_robin", check = "2s" },
  clients = { backoff = "500ms", backoff_cap = "10s" },
}
