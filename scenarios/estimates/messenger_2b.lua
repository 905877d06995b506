-- A messenger for 2 billion people: 65 billion messages a day, and a sign of life every 5 seconds.
estimate { service = "chat", scenario = "one_to_one", tolerance = "5%" }

-- What the estimate says.
input.users = "2B users"
input.monthly_users = "1.6B users"
input.messages_per_day = "65B messages/day"
input.heartbeat = "5 s"

-- What it leaves out: ours.
input.dau = "1B..1.4B users"
input.concurrent_share = "5%..15%"
input.sessions = "1..1.5 connections/user"
input.peak_to_mean = "1.5..2.5"
input.direct_share = "70%..90%"
input.group_size = "5..30 users lognormal"
input.receipts = "2 receipts/delivery"
input.message_bytes = "100 B/message"

local board = "the whiteboard"
claim { says = "2 billion users", of = "users", is = "2B users", from = board }
claim { says = "1.6 billion a month", of = "monthly_users", is = "1.6B users", from = board }
claim { says = "65 billion messages a day", of = "messages_per_day", is = "65B messages/day", from = board }
claim { says = "752,000 messages a second", of = "messages_per_s", is = "752k messages/s", from = "65B / 86,400" }
claim { says = "signs of life outnumber messages", of = "heartbeats_per_s", at_least = "752k heartbeats/s", from = "one every 5 s" }
