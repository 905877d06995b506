-- People who are there and say nothing.
scenario {
  users = 15000, duration = "30s", ramp = "5s",
  friends = { per_user = 1 },
}

function user(me)
  me:login()
  for _ in me:every("1h") do
    me:send(me:friend(), 100)
  end
end
