-- What tests/bench/agreement.cpp does too: each user writes to a friend at a constant rate.
scenario {
  users = 100, duration = "10s", ramp = "1s",
  friends = { per_user = 1 },
  reading = { chance = 0 },
  args = { gap = "200ms", bytes = 100 },
}

local rhythm = constant(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, args.bytes) end
  end
end
