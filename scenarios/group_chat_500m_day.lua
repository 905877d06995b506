-- A day of group chats: 500 million people, 40 messages of 100 bytes each, 20 billion together.
-- These figures are those of estimates/group_chat_500m.lua, and so are groups of ten, a sign of life
-- every 30 to 60 s and 5 to 20 logins a day. Zones, time online and hours are assumptions.
local given = args { per_day = 40, heartbeat = 45, logins = 12, stay = "12m", size = 10, bytes = 100 }
local day = 24 * 3600

scenario {
  users = "500M", duration = "1d",
  groups = { per_user = 2, size = given.size },
  reading = { after = lognormal { median = "3s", p95 = "15s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 100ms", "deliver.p99 < 500ms" },
}

-- How busy the hours are, from local midnight on.
local hours = {
  2.0, 1.2, 0.7, 0.4, 0.3, 0.5, 1.2, 2.6, 4.0, 4.6, 4.9, 5.1,
  5.6, 5.4, 5.0, 5.0, 5.2, 5.7, 6.4, 7.2, 7.8, 7.4, 5.8, 3.6,
}
local rhythm = curve { mean = day / given.per_day, points = hours }

population {
  -- A key of 50 bytes and 30 of index beside each text, compacted to 1.2 times that, on 3 replicas.
  messages = rhythm, bytes = given.bytes, stored = (given.bytes + 80) * 6 // 5 * 3,
  logins = curve { mean = day / given.logins, points = hours }, stay = given.stay,
  heartbeat = given.heartbeat,
  zones = { { utc = 5.5, share = 0.4 }, { utc = 1, share = 0.3 }, { utc = -5, share = 0.3 } },
}

-- One of them, for a sample that is played: always online, and only writes.
function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:group()
    if chat then me:send(chat, given.bytes) end
  end
end
