-- People whose apps only say that they are there.
scenario { users = 1000, duration = "60s", ramp = "10s" }

local rhythm = constant("5s")

function user(me)
  me:login()
  for _ in me:every(rhythm) do me:activity("connected") end
end
