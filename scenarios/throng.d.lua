---@meta
-- What a Throng scenario sees, for LuaLS and the editors that use it. docs/lua.md explains it.

---A number of seconds, or a text such as "500ms", "30s", "1m 30s".
---@alias Time number|string
---A number, or a text such as "10k", or a duration, which stands for its seconds.
---@alias Quantity number|string
---A distribution, or a quantity for one that always gives the same.
---@alias Drawn Distribution|Quantity
---One of `me:chats()`.
---@alias Chat integer

---A random quantity.
---@class Distribution
---When work is due, whatever became of the work before it.
---@class Schedule

---@class FriendsTable
---@field per_user Drawn  how many one-to-one chats a user has, about

---@class GroupsTable
---@field per_user Quantity  how many groups a user is in, about
---@field size? Drawn  members of a group, at least 3; 10 if nothing is said

---@class ReadingTable
---@field chance? Quantity  that a message is read at all, 0 to 1; 1 if nothing is said
---@field after? Drawn  seconds from delivery; 1 if nothing is said

---@class ScenarioTable
---@field users Quantity
---@field duration Time  measured, from the end of the ramp
---@field ramp? Time  over which the users start, evenly; 0 if nothing is said
---@field friends? FriendsTable
---@field groups? GroupsTable
---@field reading? ReadingTable
---@field thresholds? string[]  such as "deliver.p99 < 500ms"
---@field args? table<string, string|number|boolean>

---Declares the scenario, once, at the top level.
---@param declared ScenarioTable
function scenario(declared) end

---@class Zone
---@field region? string  whose nodes serve its people; "everywhere" if nothing is said
---@field utc number  hours by which its clocks are ahead of UTC
---@field share number  of all people

---@class PopulationTable
---@field messages Schedule|Time  when one person writes
---@field direct? number  share of messages that go to a friend; needed beside friends and groups
---@field logins? Schedule|Time  when one person comes; nothing: all are always online
---@field stay? Time  how long a person stays on average; needed beside logins
---@field heartbeat? Time  between two signs of life of who is online
---@field bytes? Quantity  of a message's text; 100 if nothing is said
---@field stored? Quantity  bytes that a message takes in the store; as many as its text
---@field zones? Zone[]  one at UTC if nothing is said

---Says what all people do together, for `throng simulate --fidelity aggregate`; at the top level.
---@param declared PopulationTable
function population(declared) end

---Call it at the top level with the arguments and their defaults (or give these to `scenario` as
---`args`); then read `args.NAME`: what stands after `--` on the command line, or the default.
---@type table<string, any>|fun(defaults: table<string, string|number|boolean>): table<string, any>
args = {}

---What a user does from start to end. Define it.
---@param me User
function user(me) end

---What a user does at once with each message that reaches it. Optional; it can't wait.
---@param me User
---@param message Message
function on_message(me, message) end

---Every number from low up to, not including, high is as likely.
---@param low Quantity
---@param high Quantity
---@return Distribution
function uniform(low, high) end

---Often short, sometimes long: times between events that don't know of each other.
---@param mean Quantity
---@return Distribution
function exponential(mean) end

---Around the median, with a long tail: how long people take.
---@param shape { median: Quantity, p95: Quantity }
---@return Distribution
function lognormal(shape) end

---Ranks 1 to n, rank k with a probability proportional to k ^ -exponent.
---@param shape { n: Quantity, exponent: Quantity }
---@return Distribution
function zipf(shape) end

---Each value as often as its weight says.
---@param table { [1]: Quantity, [2]: Quantity }[]  pairs of value and weight
---@return Distribution
function empirical(table) end

---Once a gap, from a random phase.
---@param gap Time
---@return Schedule
function constant(gap) end

---Once a gap on average, at independent moments.
---@param gap Time
---@return Schedule
function poisson(gap) end

---Poisson at a rate that goes steadily from one mean gap to another, counted from the run's start.
---@param shape { from: Time, to: Time, over: Time }
---@return Schedule
function ramp(shape) end

---Poisson at the rate of a day that repeats; mean is the gap over the day, at speed 1.
---@param shape { mean: Time, points: Quantity[], day?: Time, speed?: Quantity }
---@return Schedule
function curve(shape) end

---The user whose code runs.
---@class User
---@field number integer  the user's number in the run, from 1
---@field users integer  how many users the run has
local User = {}

---Connects, says hello, catches up. True and how many messages came, or false and the error.
---@return boolean ok, integer|string messages_or_error
function User:login() end

---Waits for so long, from now.
---@param time Drawn
function User:think(time) end

---Loops over the due times of a schedule until the run ends; gives the turn's number, from 1.
---@param schedule Schedule|Time
---@return fun(): integer?
function User:every(schedule) end

---Waits for that time of the run.
---@param time Time
function User:wait_until(time) end

---Waits until every send is acknowledged or has failed. True, or false and the first error.
---@return boolean ok, string? error
function User:sent() end

---Reads a page of the chat's history, newest first. How many messages it has and the token of the
---next older one, nil after the oldest; or nil and the error.
---@param chat Chat
---@param page? { limit?: integer, token?: string }
---@return integer? messages, string? token_or_error
function User:fetch(chat, page) end

---Uploads a new asset of so many random bytes. Its name, or nil and the error.
---@param bytes Quantity
---@param type? string  "application/octet-stream" unless given
---@return string? asset, string? error
function User:upload(bytes, type) end

---Downloads an asset. How many bytes it has, or nil and the error.
---@param asset string
---@return integer? bytes, string? error
function User:download(asset) end

---Lets somebody into a chat again. True, or false and the error.
---@param chat Chat
---@param number integer  of one whom the plan has there, as me:other gives
---@return boolean ok, string? error
function User:add(chat, number) end

---Takes somebody out of a chat.
---@param chat Chat
---@param number integer
---@return boolean ok, string? error
function User:remove(chat, number) end

---Leaves a chat; somebody in it may let the user in again.
---@param chat Chat
---@return boolean ok, string? error
function User:leave(chat) end

---@param chat Chat
---@param name string
---@return boolean ok, string? error
function User:rename(chat, name) end

---Asks which users are online. How many are and how many were asked about, or nil and the error.
---@param numbers integer[]
---@return integer? online, integer|string asked_or_error
function User:presence(numbers) end

---Sends a message of so many bytes, or of that text. True, or false and why not.
---@param chat Chat
---@param body number|string|{ bytes?: Quantity, text?: string, asset?: string }
---@return boolean ok, string? reason
function User:send(chat, body) end

---The same as an answer to a message.
---@param chat Chat
---@param seq integer  of the message, as message.seq
---@param body number|string|{ bytes?: Quantity, text?: string }
---@return boolean ok, string? reason
function User:reply(chat, seq, body) end

---The same with a sign of at most 33 bytes.
---@param chat Chat
---@param seq integer  of the message, as message.seq
---@param sign string
---@return boolean ok, string? reason
function User:react(chat, seq, sign) end

---Changes the user's own newest message there that is acknowledged.
---@param chat Chat
---@param body number|string|{ bytes?: Quantity, text?: string }
---@return boolean ok, string? reason
function User:edit(chat, body) end

---Deletes it for all.
---@param chat Chat
---@return boolean ok, string? reason
function User:delete(chat) end

---Reads all that has come in the chat.
---@param chat Chat
function User:read(chat) end

---Shows the others of the chat that the user types.
---@param chat Chat
function User:typing(chat) end

---@param kind "connected"|"opened"|"typed"|"closed"
function User:activity(kind) end

---Looks at a chat: until `close` the server tells how its other members come and go.
---@param chat Chat
function User:open(chat) end

---@param chat Chat
function User:close(chat) end

---The device takes nothing from its connection any more.
function User:freeze() end

---It does again.
function User:thaw() end

---Says goodbye and goes offline.
function User:logout() end

---Loses the connection without a word, and stays offline until login.
function User:drop() end

---Calls fn(me, …), which may wait, and records how long it took from the due time.
---@generic T
---@param name string  a-z, 0-9 and _: an operation of the report
---@param fn fun(me: User, ...): T
---@return T
function User:timed(name, fn, ...) end

---One of the user's one-to-one chats, or nil.
---@return Chat?
function User:friend() end

---One of the user's groups, or nil.
---@return Chat?
function User:group() end

---All chats of the user, in a new list.
---@return Chat[]
function User:chats() end

---Whether the user is in the chat.
---@param chat Chat
---@return boolean
function User:joined(chat) end

---The number of one of the others whom the plan has in the chat.
---@param chat Chat
---@return integer
function User:other(chat) end

---How many members the plan has in the chat, the user among them.
---@param chat Chat
---@return integer
function User:members(chat) end

---How many messages of others the user hasn't read in the chat.
---@param chat Chat
---@return integer
function User:unread(chat) end

---@return boolean
function User:online() end

---Seconds since the run began.
---@return number
function User:time() end

---As math.random, from the user's own generator: in [0, 1), 1 to m, or m to n.
---@param m? integer
---@param n? integer
---@return number
function User:random(m, n) end

---One draw.
---@param distribution Drawn
---@return number
function User:sample(distribution) end

---True with that probability.
---@param probability Quantity
---@return boolean
function User:chance(probability) end

---The message that on_message is called with; gone when it returns.
---@class Message
---@field asset string?  the name of the asset that it carries
---@field chat Chat
---@field from integer  the sender's number in the run
---@field seq integer  its place in the chat
---@field kind "text"|"edit"|"delete"|"reaction"
---@field text string  the body
local Message = {}
