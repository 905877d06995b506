-- People go offline, miss messages, come back and catch up; some vanish without a word.
scenario {
  users = "2k", duration = "60s", ramp = "10s",
  friends = { per_user = 3 },
  groups = { per_user = 1, size = uniform(3, 20) },
  args = { stay = "10s", away = "8s", gap = "4s", bytes = 100, vanish = 0.4 },
  thresholds = { "login.errors == 0", "login.p99 < 2s", "catch_up.p99 < 5s", "send.p99 < 2s" },
}

local stay, away, gap = exponential(args.stay), exponential(args.away), exponential(args.gap)

local function read_what_was_missed(me)
  for _, chat in ipairs(me:chats()) do
    if me:unread(chat) > 0 then me:read(chat) end
  end
end

function user(me)
  while true do
    me:login()
    me:activity("opened")
    read_what_was_missed(me)
    local leave = me:time() + me:sample(stay)
    while me:time() < leave do
      me:think(gap)
      local chat = me:chance(0.7) and me:friend() or me:group()
      if chat then me:send(chat, args.bytes) end
    end
    if me:chance(args.vanish) then
      me:drop()
    else
      me:activity("closed")
      me:logout()
    end
    me:think(away)
  end
end
