-- People leave groups, are taken out and let in again, and get nothing that was said meanwhile.
scenario {
  users = 300, duration = "60s", ramp = "10s",
  groups = { per_user = 2, size = 12 },
  reading = { chance = 0.8, after = lognormal { median = "2s", p95 = "10s" } },
  args = { gap = "10s", bytes = 100, moves = 0.3, breaks = 0.1, away = "5s" },
  thresholds = { "login.errors == 0", "send.p99 < 1s", "deliver.p99 < 2s", "change_chat.p99 < 2s" },
}

local rhythm = poisson(args.gap)
local away = exponential(args.away)

-- Most of the time somebody who may be out is let in: so most are in most of the time.
local function move(me, chat)
  local dice = me:random()
  if dice < 0.7 then me:add(chat, me:other(chat))
  elseif dice < 0.8 then me:remove(chat, me:other(chat))
  elseif dice < 0.9 then me:rename(chat, "as user " .. me.number .. " likes it")
  else me:leave(chat)
  end
end

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:group()
    if chat and me:joined(chat) then
      me:send(chat, args.bytes)
      if me:chance(args.moves) then move(me, chat) end
    end
    if me:chance(args.breaks) then
      me:logout()
      me:think(away)
      me:login()
    end
  end
end
