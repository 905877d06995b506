-- Every other person writes once to each friend; the rest listen, or (away) are offline meanwhile.
scenario {
  users = 200, duration = "30s", ramp = "1s",
  friends = { per_user = 24 },
  reading = { chance = 0 },
  args = { away = 0 },
}

function user(me)
  me:login()
  if me.number % 2 == 1 then
    me:wait_until("3s")
    for _, chat in ipairs(me:chats()) do me:send(chat, 100) end
  elseif args.away > 0 then
    me:logout()
    me:wait_until("8s")
    me:login()
  end
end
