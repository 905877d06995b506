-- Every other one is away while the others write, and comes back to what was missed.
scenario {
  users = 1000, duration = "20s", ramp = "1s",
  friends = { per_user = 4 },
  reading = { chance = 0 },
  args = { messages = 300, back_at = "14s", bytes = 100 },
}

local spread = uniform("0s", "2s")

function user(me)
  if me.number % 2 == 0 then
    me:wait_until(args.back_at)
    me:think(spread)
    me:login()
    return
  end
  me:login()
  for _ = 1, args.messages do
    me:send(me:friend(), args.bytes)
    me:think("33ms")
  end
end
