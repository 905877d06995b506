-- A shop: search, cart, checkout, and a stock that never goes below nothing.
estimate { service = "a shop", tolerance = "0%" }

figure.oversold = unknown("orders", "a shop to measure")

claim { says = "stock never goes negative", of = "oversold", at_most = "0 orders", from = "the requirements" }
