-- Friends write to each other in pairs: the everyday load of a messenger.
scenario {
  users = "10k", duration = "30s", ramp = "10s",
  friends = { per_user = 3 },
  reading = { chance = 0.9, after = lognormal { median = "2s", p95 = "10s" } },
  args = { gap = "15s", bytes = 100 },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 1s" },
}

-- About one message a gap, whatever became of the one before: people don't wait for servers.
local rhythm = poisson(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, args.bytes) end
  end
end
