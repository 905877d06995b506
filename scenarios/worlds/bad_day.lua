-- A node that dies, then a disk that is slow, then people who are cut off.
world {
  node = { cores = 2 },
  faults = {
    { what = "node_dies", at = "8s", lasts = "3s" },
    { what = "disk_slows", at = "18s", lasts = "5s", by = 100 },
    { what = "partition", at = "28s", lasts = "4s", share = 0.3 },
  },
}
