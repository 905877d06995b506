-- Groups of ten write words, not filler, so that a store compresses them as it would people's.
scenario {
  users = "2k", duration = "60s", ramp = "10s",
  groups = { per_user = 2, size = 10 },
  reading = { chance = 1, after = lognormal { median = "3s", p95 = "15s" } },
  args = { gap = "30s", bytes = 100 },
  thresholds = { "login.errors == 0", "send.errors == 0", "send.p99 < 1s", "deliver.p99 < 2s" },
}

local rhythm = poisson(args.gap)
-- About as hard to compress as short messages are: letters as often as in English.
local letters = "   eeetttaaooiinnsshhrrdlcumwfgypbvk"
-- The ledger's stamp stands before the text.
local stamp = 31

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
    local group = me:group()
    if group then me:send(group, words(me, math.max(args.bytes - stamp, 1))) end
  end
end
