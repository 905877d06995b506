-- One large group in which everybody is there and somebody always writes.
scenario {
  users = 1000, duration = "10s", ramp = "1s",
  groups = { per_user = 1, size = 1000 },
  reading = { chance = 0 },
  args = { gap = "5s", bytes = 100 },
}

local rhythm = poisson(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    me:send(me:group(), args.bytes)
  end
end
