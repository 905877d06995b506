-- One person's script goes wrong in the middle of the run.
scenario { users = 30, duration = "5s", ramp = "1s", friends = { per_user = 1 } }

function user(me)
  me:login()
  me:think("1s")
  if me.number == 25 then error("nobody told me what to do") end
end
