-- An evening in group chats: many small ones, a few large ones, and talk that spreads.
scenario {
  users = "2k", duration = "30s", ramp = "10s",
  groups = { per_user = 2, size = zipf { n = 200, exponent = 1 } },
  reading = { chance = 0.8, after = lognormal { median = "3s", p95 = "15s" } },
  args = { gap = "30s", bytes = 100, answers = 0.3 },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 2s" },
}

local rhythm = poisson(args.gap)
local writing = lognormal { median = "1.5s", p95 = "5s" }

function user(me)
  me:login()
  me:activity("opened")
  for _ in me:every(rhythm) do
    local chat = me:group()
    if chat then
      me:typing(chat)
      me:think(writing)
      me:send(chat, args.bytes)
    end
  end
end

-- In a group of any size, a message gets that many answers on average: less than one, or the talk
-- would never end.
function on_message(me, message)
  if me:chance(args.answers / me:members(message.chat)) then
    me:send(message.chat, args.bytes)
  end
end
