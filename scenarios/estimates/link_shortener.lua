-- A link shortener: 10 million new links a day, each read a hundred times.
estimate { service = "link shortening", tolerance = "10%" }

input.links = "10M links/day"
input.reads_per_link = "100 reads/link"
input.record = "2 kB/link"
input.cache = "16 GB/machine"

figure.new_links = input.links
figure.reads = input.links * input.reads_per_link
figure.links_a_year = input.links * "1 year"
figure.stored_a_year = figure.links_a_year * input.record
figure.links_in_ten_years = input.links * "10 years"
figure.stored_in_ten_years = figure.links_in_ten_years * input.record
figure.names = amount("1 link") * 62 ^ 7
figure.machines = figure.stored_a_year / input.cache

local board = "the whiteboard"
claim { says = "10 million links a day", of = "links", is = "10M links/day", from = board }
claim { says = "100 writes a second", of = "new_links", is = "100 links/s", from = "10M / 100,000" }
claim { says = "10,000 reads a second", of = "reads", is = "10k reads/s", from = "100 × 100" }
claim { says = "4 billion links a year", of = "links_a_year", is = "4B links", from = "10M × 365" }
claim { says = "8 TB a year", of = "stored_a_year", is = "8 TB", from = "4B × 2 kB" }
claim { says = "40 billion links in ten years", of = "links_in_ten_years", is = "40B links", from = "10M × 3,650" }
claim { says = "80 TB in ten years", of = "stored_in_ten_years", is = "80 TB", from = "40B × 2 kB" }
claim { says = "3.5 trillion names of 7 letters", of = "names", is = "3.5T links", from = "62^7" }
claim { says = "7 letters are enough", of = "names", at_least = "40B links", from = "62^7 > 40B" }
claim { says = "500 machines hold it in cache", of = "machines", is = "500 machines", from = "8 TB / 16 GB" }
