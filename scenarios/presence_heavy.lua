-- People who look more than they write: apps that report every 5 s, chats opened and closed.
scenario {
  users = "2k", duration = "30s", ramp = "10s",
  friends = { per_user = 10 },
  args = { heartbeat = 5, look = 0.4, write = 0.25 },
  thresholds = { "login.errors == 0", "send.errors == 0", "presence.errors == 0", "presence.p99 < 1s" },
}

local app = constant(args.heartbeat)
local glance = uniform(0.2 * args.heartbeat, 0.8 * args.heartbeat)

function user(me)
  me:login()
  for _ in me:every(app) do
    me:activity("connected")
    local chat = me:friend()
    if chat and me:chance(args.look) then
      me:open(chat)
      me:think(glance)
      if me:chance(args.write) then me:send(chat, 80) end
      me:close(chat)
    elseif me:chance(args.write) then
      me:presence { me:random(me.users), me:random(me.users) }
    end
  end
end
