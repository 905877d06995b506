-- 500 million people in group chats: the whiteboard's numbers, and what it left out.
estimate { service = "chat", scenario = "group_words", tolerance = "5%" }

-- What the estimate says.
input.dau = "500M users"
input.messages_per_user = "40 messages/user/day"
input.message_bytes = "100 B/message"
input.retention = "5 years"

-- What it leaves out: ours. An interval is a doubt.
input.peak_to_mean = 1.7
input.concurrent_share = "5%..15%"
input.sessions = "1.2..1.5 connections/user"
input.fan_out = "9 deliveries/message"
input.receipts = "2 receipts/delivery"
input.heartbeat = "30..60 s"
input.logins_per_user = "5..20 logins/user/day"
input.key_bytes = "40..60 B/message"
input.index_bytes = "20..40 B/message"
input.log_factor = 1.05
input.compaction_factor = "1.1..1.3"
input.replicas = 3
input.slo = "500 ms"
input.node_memory, input.node_cores = "64 GB/machine", "16 cores/machine"
input.node_disk, input.node_price = "8 TB/machine", "400 USD/machine/month"
input.node_network, input.headroom = "10 Gbit/s/machine", "30%"
input.zones, input.spare_machines = 3, 1

local board = "the whiteboard"
claim { says = "500 million people a day", of = "dau", is = "500M users", from = board }
claim { says = "40 messages each", of = "messages_per_user", is = "40 messages/user/day", from = board }
claim { says = "100 bytes a message", of = "message_bytes", is = "100 B/message", from = board }
claim { says = "20 billion messages a day", of = "messages_per_day", is = "20B messages/day", from = "500M × 40" }
claim { says = "2 TB stored a day", of = "stored_per_day", is = "2 TB/day", from = "20B × 100 B" }
claim { says = "3.6 PB stored in 5 years", of = "stored_total", is = "3.6 PB", from = "2 TB × 365 × 5" }
