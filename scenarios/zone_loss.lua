-- Friends write to each other while the fleet of worlds/zone_loss.lua loses one zone after the other.
scenario {
  users = "2k", duration = "130s", ramp = "10s",
  friends = { per_user = 1 },
  reading = { chance = 0.9, after = lognormal { median = "2s", p95 = "10s" } },
  args = { gap = "5s", bytes = 100 },
  thresholds = { "login.errors == 0", "lost == 0" },
}

-- Who can't be reached is written to all the same: what is to be seen is how long it takes then.
local rhythm = poisson(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, args.bytes) end
  end
end
