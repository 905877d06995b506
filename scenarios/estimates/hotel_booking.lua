-- Booking hotels: 3 billion views and 30 million bookings a month.
estimate { service = "hotel booking", tolerance = "10%" }

input.views = "3B views/month"
input.bookings = "30M bookings/month"

figure.conversion = input.bookings / input.views
figure.reads = input.views
figure.writes = input.bookings

local board = "the whiteboard"
claim { says = "3 billion views a month", of = "views", is = "3B views/month", from = board }
claim { says = "30 million bookings a month", of = "bookings", is = "30M bookings/month", from = board }
claim { says = "1 in 100 views books", of = "conversion", is = "0.01 bookings/view", from = "30M / 3B" }
claim { says = "1,000 reads a second", of = "reads", is = "1k views/s", from = "3B / (30 × 100,000 s)" }
claim { says = "10 writes a second", of = "writes", is = "10 bookings/s", from = "30M / (30 × 100,000 s)" }
