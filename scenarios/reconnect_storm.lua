-- Everybody loses the connection at the same moment and is back at once, twice.
scenario {
  users = "5k", duration = "30s", ramp = "10s",
  friends = { per_user = 2 },
  args = { first = 18, second = 28, bytes = 100 },  -- seconds from the start of the ramp
  thresholds = { "login.errors == 0", "login.p99 < 10s", "send.errors == 0", "deliver.p99 < 10s" },
}

local function write(me)
  local chat = me:friend()
  if chat then me:send(chat, args.bytes) end
end

function user(me)
  me:login()
  for _, storm in ipairs { args.first, args.second } do
    me:wait_until(math.max(0, storm - 6 * me:random()))
    write(me)
    me:wait_until(storm)
    me:drop()
    write(me)  -- waits on the device until the login
    me:login()
  end
  me:think(uniform(0, 1))
  write(me)
end
