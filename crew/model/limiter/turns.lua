-- The turns of the calls that wait for one model: `TurnQueue` in turn_queue.py says what each operation does.
--
-- KEYS: the state (a hash), the queue (members "project|task", in the order of their turns), when each of them will
-- have asked again, and the next place of each project. ARGV: the operation, the member, the interval, the burst, the
-- seconds of a token, the constants of turn_queue.py, and what the operation needs.
local STATE, QUEUE, SEEN, NEXT = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local operation, member = ARGV[1], ARGV[2]
local interval, burst, per_token = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local C = cjson.decode(ARGV[6])
local first, second = tonumber(ARGV[7]), tonumber(ARGV[8])

local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local state = {}
local flat = redis.call('HGETALL', STATE)
for i = 1, #flat, 2 do state[flat[i]] = tonumber(flat[i + 1]) end
local is_new = #flat == 0

local function number(value) return string.format('%.6f', value) end

-- The server's clock was set back: without this, every call would wait until it is where it was.
local ahead = (state.at or now) - now
if ahead > C.set_back_seconds then
  for _, name in ipairs({'tat', 'token_tat', 'paused', 'slow_at', 'refused', 'count_at', 'at'}) do
    if state[name] then
      state[name] = state[name] - ahead
      redis.call('HSET', STATE, name, number(state[name]))
    end
  end
  for _, each in ipairs(redis.call('ZRANGE', SEEN, 0, -1)) do redis.call('ZINCRBY', SEEN, number(-ahead), each) end
end

local function project_of(waiter) return string.match(waiter, '^[^|]*') end

-- A pace that was learned from refusals is slower than the configured one, and has no burst.
local function learned()
  if not state.slow or now > state.slow_at + C.learned_seconds then return 0 end
  return state.slow * 2 ^ (-math.max(0, now - state.slow_at) / C.doubled_seconds)
end
local slow = learned()
if slow > interval then interval, burst = slow, 1 end

-- Without this, a server that has lost its data, or was unreachable, would allow another burst.
if is_new or first == -1 then state.tat = math.max(state.tat or 0, now + (burst - 1) * interval) end

-- Give the projects' remaining calls new places: those of calls that have left are not theirs.
local function renumber()
  local places, waiting = {}, redis.call('ZRANGE', QUEUE, 0, -1, 'WITHSCORES')
  redis.call('DEL', NEXT)
  for i = 1, #waiting, 2 do
    local project = project_of(waiting[i])
    local place = places[project] or state.place or 0
    if tonumber(waiting[i + 1]) ~= place then redis.call('ZADD', QUEUE, place, waiting[i]) end
    places[project] = place + 1
  end
  for project, place in pairs(places) do redis.call('HSET', NEXT, project, place) end
end

local function forget_absent()
  local gone = redis.call('ZRANGEBYSCORE', SEEN, '-inf', '(' .. number(now - C.kept_seconds), 'LIMIT', 0, 1000)
  if #gone == 0 then return end
  redis.call('ZREM', SEEN, unpack(gone))
  redis.call('ZREM', QUEUE, unpack(gone))
  renumber()
end

-- Whether nobody who is there comes before this call.
local function is_next()
  local from = 0
  while true do
    local some = redis.call('ZRANGE', QUEUE, from, from + 99)
    for _, each in ipairs(some) do
      if each == member then return true end
      local until_when = redis.call('ZSCORE', SEEN, each)
      if until_when and tonumber(until_when) >= now then return false end
    end
    if #some == 0 then return true end
    from = from + 100
  end
end

local function recent() -- about how many calls there were in the last minute
  return (state.count or 0) * math.exp(-math.max(0, now - (state.count_at or now)) / 60)
end

local function save(...)
  local fields = {}
  for _, name in ipairs({...}) do
    fields[#fields + 1] = name
    fields[#fields + 1] = number(state[name])
  end
  redis.call('HSET', STATE, unpack(fields))
end

local reply = {}
if operation == 'acquire' then
  redis.call('HSET', STATE, 'at', number(now))
  forget_absent()
  local place = tonumber(redis.call('ZSCORE', QUEUE, member) or nil)
  if not place then
    local project = project_of(member)
    place = math.max(state.place or 0, tonumber(redis.call('HGET', NEXT, project) or 0))
    redis.call('ZADD', QUEUE, place, member)
    redis.call('HSET', NEXT, project, place + 1)
  end
  local tokens = second * (state.ratio or 1)
  local ready = math.max(state.paused or 0, (state.tat or 0) - (burst - 1) * interval)
  if per_token > 0 then ready = math.max(ready, (state.token_tat or 0) - C.token_burst_seconds) end
  local mine = is_next()
  if mine and ready <= now + C.rounding_seconds then
    redis.call('ZREM', QUEUE, member)
    redis.call('ZREM', SEEN, member)
    state.place = math.max(state.place or 0, place)
    if redis.call('ZCARD', QUEUE) == 0 then
      redis.call('DEL', NEXT)
      state.place = 0
    end
    state.tat = math.max(state.tat or 0, now) + interval
    state.token_tat = math.max(state.token_tat or 0, now) + tokens * per_token
    state.count, state.count_at = recent() + 1, now
    save('place', 'tat', 'token_tat', 'count', 'count_at')
    reply = {'1', number(now), number(tokens)}
  else
    local before = 0
    if not mine then
      before = math.min(redis.call('ZRANK', QUEUE, member), redis.call('ZCOUNT', SEEN, number(now), '+inf'))
    end
    local expected = math.max(0, ready - now) + before * math.max(interval, tokens * per_token)
    local poll = math.min(math.max(mine and expected or expected / 2, C.min_poll_seconds), C.max_poll_seconds)
    redis.call('ZADD', SEEN, number(now + poll + C.present_seconds), member)
    if is_new or first == -1 then save('tat') end
    reply = {'0', number(poll), number(expected), number(math.max(0, (state.paused or 0) - now))}
  end
elseif operation == 'leave' then
  redis.call('ZREM', SEEN, member)
  if redis.call('ZREM', QUEUE, member) == 1 then renumber() end
elseif operation == 'away' then
  redis.call('ZADD', SEEN, 'XX', number(now), member)
elseif operation == 'settle' then -- of `first` tokens, of which `second` were reserved, ARGV[9] were used
  local used = tonumber(ARGV[9])
  state.token_tat = (state.token_tat or now) + (used - second) * per_token
  if used > 0 then -- a call that failed says nothing about what one uses
    state.ratio = (1 - C.ratio_weight) * (state.ratio or 1) + C.ratio_weight * math.min(1, used / math.max(1, first))
    save('ratio')
  end
  save('token_tat')
elseif operation == 'give_back' then
  state.tat = (state.tat or now) - interval
  state.token_tat = (state.token_tat or now) - second * per_token
  save('tat', 'token_tat')
elseif operation == 'refuse' then -- for `first` seconds, a call whose turn was at `second`
  state.count, state.count_at = math.max(0, recent() - 1), now
  local observed = 60 / math.max(1, state.count)
  if second > (state.refused or 0) then -- not one of many that were made before the first of them was refused
    state.slow = interval > 0 and math.min(C.slowest, interval * C.slower) or math.min(C.first_slowest, observed)
    state.refused = now
  elseif tonumber(ARGV[3]) == 0 then
    state.slow = math.max(state.slow or 0, math.min(C.first_slowest, observed))
  end
  state.paused = math.max(state.paused or 0, now + first)
  state.slow_at = state.paused
  state.tat = math.max(state.tat or 0, state.paused)
  save('count', 'count_at', 'slow', 'refused', 'paused', 'slow_at', 'tat')
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 3600) end
return reply
