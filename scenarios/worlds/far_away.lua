-- People on phones: 40 ms away, and one packet in a hundred is lost.
world {
  node = { cores = 2 },
  network = { latency = lognormal { median = "40ms", p95 = "120ms" }, loss = 0.01, retransmit = "300ms" },
}
