-- Booking cabs: 14 million rides a day, and where each driver is, every 5 seconds.
estimate { service = "cab booking", tolerance = "5%" }

input.monthly_users = "100M users"
input.rides = "14M rides/day"
input.ping_gap = "5 s"

figure.rides_per_s = input.rides * 1
figure.pings_per_driver = amount("1 ping/driver") / input.ping_gap
figure.pings = figure.pings_per_driver * unknown("drivers", "the number of drivers")

local board = "the whiteboard"
claim { says = "100 million people a month", of = "monthly_users", is = "100M users", from = board }
claim { says = "14 million rides a day", of = "rides", is = "14M rides/day", from = board }
claim { says = "a ping every 5 seconds", of = "ping_gap", is = "5 s", from = board }
claim { says = "pings outnumber rides", of = "pings", at_least = "162 pings/s", from = "14M / 86,400" }
