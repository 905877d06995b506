-- New Year's Eve: at each time zone's midnight everybody writes at once, and then the next one's.
-- 2 billion people as in messenger_2b_day.lua; how much more they write is an assumption: for some
-- minutes after midnight as often as in the busiest hour, times `burst`.
local given = args { per_day = 45, burst = 5, minutes = 10, heartbeat = 5, logins = 20, stay = "15m" }
local day = 24 * 3600
local hours = {
  2.0, 1.2, 0.7, 0.4, 0.3, 0.5, 1.2, 2.6, 4.0, 4.6, 4.9, 5.1,
  5.6, 5.4, 5.0, 5.0, 5.2, 5.7, 6.4, 7.2, 7.8, 7.4, 5.8, 3.6,
}
local points = {}
for minute = 0, 24 * 60 - 1 do
  local greetings = 7.8 * given.burst * math.exp(-minute / given.minutes)
  points[minute + 1] = hours[minute // 60 + 1] + greetings
end
local rhythm = curve { mean = day / given.per_day, points = points }

scenario {
  users = "2B", duration = "1d",
  friends = { per_user = 10 },
  reading = { chance = 0.9, after = lognormal { median = "5s", p95 = "60s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 2s" },
}

population {
  messages = rhythm, bytes = 60, stored = 180, heartbeat = given.heartbeat,
  logins = curve { mean = day / given.logins, points = points }, stay = given.stay,
  zones = {  -- one fleet for all: it sees one midnight after the other
    { utc = 9, share = 0.10 }, { utc = 8, share = 0.15 }, { utc = 5.5, share = 0.25 }, { utc = 3, share = 0.12 },
    { utc = 1, share = 0.18 }, { utc = -3, share = 0.08 }, { utc = -5, share = 0.07 }, { utc = -8, share = 0.05 },
  },
}

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, 60) end
  end
end
