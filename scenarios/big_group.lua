-- One group of everybody: a few talk, all others read, react and answer now and then.
local given = args { users = 500, gap = "1m", bytes = 120, answers = 0.3, reactions = 1 }

scenario {
  users = given.users, duration = "30s", ramp = "15s",
  groups = { per_user = 1, size = given.users },
  reading = { chance = 0.6, after = lognormal { median = "3s", p95 = "20s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "deliver.p99 < 5s", "fan_out.p99 < 10s" },
}

local rhythm = poisson(given.gap)

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:group()
    if chat then me:send(chat, given.bytes) end
  end
end

-- So many of all members, on average; what an answer says is answered, too, but less and less.
function on_message(me, message)
  if message.kind ~= "text" then return end
  local members = me:members(message.chat)
  if me:chance(given.reactions / members) then me:react(message.chat, message.seq, "+1") end
  if me:chance(given.answers / members) then me:reply(message.chat, message.seq, given.bytes) end
end
