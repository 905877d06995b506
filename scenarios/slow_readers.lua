-- Some devices stop taking what is sent to them for a while; nobody else must feel it.
scenario {
  users = "1k", duration = "40s", ramp = "10s",
  groups = { per_user = 3, size = 20 },
  args = { gap = "5s", bytes = 400, slow = 0.1, asleep = "10s", awake = "5s" },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s" },
}

local rhythm = poisson(args.gap)
local wakes = exponential(args.awake)

function user(me)
  me:login()
  while me.number <= args.slow * me.users do
    me:think(wakes)
    me:freeze()
    me:think(args.asleep)
    me:thaw()
  end
  for _ in me:every(rhythm) do
    local chat = me:group()
    if chat then me:send(chat, args.bytes) end
  end
end
