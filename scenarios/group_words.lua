-- Groups write words, not filler, so that a store compresses them as it would people's.
local given = args { gap = 30, heartbeat = 45, stay = 1800, size = 10, read = 1, bytes = 100 }

scenario {
  users = "2k", duration = "60s", ramp = "10s",
  groups = { per_user = 2, size = given.size },
  reading = { chance = given.read, after = lognormal { median = "3s", p95 = "15s" } },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 2s" },
}

-- A turn is a message, a sign of life, or a new session: gap, heartbeat and stay apart on average.
local turns = 1 / given.gap + 1 / given.heartbeat + 1 / given.stay
local rhythm = poisson(1 / turns)
local sends, beats = 1 / given.gap / turns, 1 / given.heartbeat / turns
-- About as hard to compress as short messages are: letters as often as in English.
local letters = "   eeetttaaooiinnsshhrrdlcumwfgypbvk"
local stamp = 31  -- of the ledger, before the text
local function words(me, bytes)
  local text = {}
  for i = 1, bytes do
    local at = me:random(#letters)
    text[i] = letters:sub(at, at)
  end
  return table.concat(text)
end

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local turn, group = me:random(), me:group()
    if group and turn < sends then
      me:send(group, words(me, math.max(given.bytes - stamp, 1)))
    elseif turn < sends + beats then
      me:activity("connected")
    else
      me:logout()
      me:login()
    end
  end
end
