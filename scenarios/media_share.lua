-- Friends send each other pictures, and look at those that they get.
scenario {
  users = 500, duration = "60s", ramp = "10s",
  friends = { per_user = 3 },
  reading = { chance = 0.9, after = lognormal { median = "2s", p95 = "10s" } },
  args = { gap = "30s", median = "60k", p95 = "400k" },
  thresholds = { "login.errors == 0", "send.errors == 0", "upload.errors == 0",
                 "download.errors == 0", "upload.p99 < 2s", "download.p99 < 2s" },
}

local rhythm = poisson(args.gap)
local size = lognormal { median = args.median, p95 = args.p95 }
local unseen = {}  -- pictures that came since a user last looked, by user

function on_message(me, message)
  if not message.asset then return end
  local pictures = unseen[me.number] or {}
  pictures[#pictures + 1] = message.asset
  unseen[me.number] = pictures
end

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local picture = me:upload(me:sample(size), "image/jpeg")
    local chat = me:friend()
    if picture and chat then me:send(chat, { bytes = 100, asset = picture }) end
    local pictures = unseen[me.number] or {}
    unseen[me.number] = nil
    for _, each in ipairs(pictures) do me:download(each) end
  end
end
