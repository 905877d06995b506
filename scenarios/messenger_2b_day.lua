-- A messenger's day: 2 billion people in three regions send 65 billion messages.
-- 2 billion people, 65 billion messages a day (32.5 each) and a sign of life about every 5 s are the
-- figures of estimates/messenger_2b.lua. Zones, time online, groups and hours are assumptions.
local given = args { per_day = 32.5, heartbeat = 5, logins = 15, stay = "10m", direct = 0.8 }
local day = 24 * 3600

scenario {
  users = "2B", duration = "1d",
  friends = { per_user = 5 },
  groups = { per_user = 3, size = lognormal { median = 12, p95 = 30 } },
  reading = { chance = 0.9, after = lognormal { median = "2s", p95 = "10s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "login.p99 < 1s", "send.p99 < 100ms", "deliver.p99 < 500ms" },
}

-- How busy the hours are, from local midnight on.
local hours = {
  2.0, 1.2, 0.7, 0.4, 0.3, 0.5, 1.2, 2.6, 4.0, 4.6, 4.9, 5.1,
  5.6, 5.4, 5.0, 5.0, 5.2, 5.7, 6.4, 7.2, 7.8, 7.4, 5.8, 3.6,
}
local rhythm = curve { mean = day / given.per_day, points = hours }

population {
  messages = rhythm, direct = given.direct, bytes = 100, stored = 300,  -- three copies
  logins = curve { mean = day / given.logins, points = hours }, stay = given.stay,
  heartbeat = given.heartbeat,
  zones = {
    { region = "asia", utc = 5.5, share = 0.30 }, { region = "asia", utc = 8, share = 0.22 },
    { region = "europe and africa", utc = 1, share = 0.20 }, { region = "europe and africa", utc = 3, share = 0.08 },
    { region = "americas", utc = -3, share = 0.10 }, { region = "americas", utc = -6, share = 0.10 },
  },
}

-- One of them, for a sample that is played: always online, and only writes.
function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:chance(given.direct) and me:friend() or me:group()
    if chat then me:send(chat, 100) end
  end
end
