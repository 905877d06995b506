-- One message after the other, as fast as answers come: a benchmark of round trips, not of people.
scenario {
  users = 100, duration = "10s", ramp = "1s",
  friends = { per_user = 1 },
  reading = { chance = 0 },
  args = { bytes = 100 },
  thresholds = { "login.errors == 0", "send.errors == 0" },
}

function user(me)
  me:login()
  local chat = me:friend()
  while chat do
    me:send(chat, args.bytes)
    if not me:sent() then me:think("1s") end
  end
end
