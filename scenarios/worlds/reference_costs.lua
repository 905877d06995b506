-- What one core of the machine behind docs/performance.md spends: the costs unless others are given.
costs {
  source = "docs/performance.md, 2026-11-21: AMD EPYC (virtual), 2 cores, server and clients on both; "
    .. "a message between two 20.7 us of CPU, as at 60,000 a second; at 5,000 a second it was 148 us",
  -- The rows there are means. That what lies around them is lognormal with sigma 0.5 (a median of
  -- 0.88 of the mean, a 95th percentile of 2.0 of it) is an assumption.
  --
  -- A full message between two, 20.7 us at 60,000 a second with receipts gathered, is seven events
  -- at the sessions: it comes and is acknowledged, is delivered, and two receipts come and go. Each
  -- gets as much of it.
  -- At 5,000 messages a second, where the server wakes for almost each event, it spent 148 us on one.
  message = lognormal { median = "5.2us", p95 = "11.9us" },
  delivery = lognormal { median = "2.6us", p95 = "5.9us" },
  receipt = lognormal { median = "5.2us", p95 = "11.9us" },
  login = lognormal { median = "136us", p95 = "309us" },      -- 6,508 a CPU-second
  heartbeat = lognormal { median = "42us", p95 = "97us" },    -- 15,000 silent people, 2.41 %
  missed = lognormal { median = "4.6us", p95 = "10.5us" },    -- 191,297 a CPU-second
  history = lognormal { median = "30us", p95 = "68us" },      -- 29,331 pages a CPU-second
}
