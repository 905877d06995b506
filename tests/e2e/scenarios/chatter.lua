-- Friends and groups with traffic in every chat: something for a proxy to lie about.
scenario {
  users = 100, duration = "7s", ramp = "500ms",
  friends = { per_user = 9 }, groups = { per_user = 3, size = 4 },
  reading = { chance = 0.1, after = "200ms" },
  args = { gap = "75ms" },
}

local rhythm = constant(args.gap)

function user(me)
  me:login()
  local chats = me:chats()
  for _ in me:every(rhythm) do
    me:send(chats[me:random(#chats)], 100)
  end
end
