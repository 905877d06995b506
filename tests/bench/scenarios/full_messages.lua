-- Messages between two with all that follows: acknowledged, delivered, read.
scenario {
  users = 2000, duration = "10s", ramp = "2s",
  friends = { per_user = 3 },
  reading = { chance = 1, after = "200ms" },
  args = { gap = "400ms", bytes = 100 },
}

local rhythm = poisson(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, args.bytes) end
  end
end
