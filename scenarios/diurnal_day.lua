-- A whole day of messages, quiet at night and busy in the evening, played 720 times as fast.
local given = args { speed = 720, per_day = 40, bytes = 100 }
local day = 24 * 3600

scenario {
  users = "2k", duration = day / given.speed, ramp = "5s",
  friends = { per_user = 3 },
  reading = { after = lognormal { median = "1s", p95 = "5s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 1s" },
}

-- How busy the hours are, from midnight on; only the proportions count.
local rhythm = curve {
  mean = day / given.per_day,
  points = {
    2.0, 1.2, 0.7, 0.4, 0.3, 0.5, 1.2, 2.6, 4.0, 4.6, 4.9, 5.1,
    5.6, 5.4, 5.0, 5.0, 5.2, 5.7, 6.4, 7.2, 7.8, 7.4, 5.8, 3.6,
  },
  speed = given.speed,
}

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, given.bytes) end
  end
end
