-- Friends who write to each other by the clock: when each message is due can be computed.
scenario {
  users = 200, duration = "20s", ramp = "4s",
  friends = { per_user = 2 },
  reading = { chance = 0 },
  args = { gap = "500ms", wait = 0 },
}

local rhythm = constant(args.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    me:send(me:friend(), 100)
    if args.wait > 0 then me:sent() end
  end
end
