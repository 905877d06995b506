-- People who come and go at once.
scenario {
  users = 1000, duration = "10s", ramp = "1s",
  args = { gap = "300ms" },
}

local rhythm = poisson(args.gap)

function user(me)
  for _ in me:every(rhythm) do
    me:login()
    me:logout()
  end
end
