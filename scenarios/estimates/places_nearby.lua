-- Places nearby: who is there, and what there is to find.
estimate { service = "finding places", tolerance = "5%" }

input.users = "178M users"
input.dau = "60M users"
input.places = "500M places"

figure.daily_share = input.dau / input.users

local board = "the whiteboard"
claim { says = "178 million users", of = "users", is = "178M users", from = board }
claim { says = "60 million of them a day", of = "dau", is = "60M users", from = board }
claim { says = "500 million places", of = "places", is = "500M places", from = board }
