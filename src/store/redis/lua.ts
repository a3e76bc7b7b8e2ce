/** Pieces that the scripts share. Scripts are kept as text in TypeScript so that the build needs no copying. */

/** `take()` gives the next argument, `many(n)` the next n; HSET and HMGET in pieces, as Lua's stack is limited. */
export const PRELUDE = `
local at = 0
local function take() at = at + 1 return ARGV[at] end
local function number() return tonumber(take()) end
local function many(count)
  local list = {}
  for i = 1, count do list[i] = take() end
  return list
end
local function pieces(list, run)
  for first = 1, #list, 1000 do run(first, math.min(first + 999, #list)) end
end
local function hset(key, pairs)
  pieces(pairs, function(first, last) redis.call('HSET', key, unpack(pairs, first, last)) end)
end
local function hmget(key, fields)
  local values = {}
  pieces(fields, function(first, last)
    for i, value in ipairs(redis.call('HMGET', key, unpack(fields, first, last))) do values[first + i - 1] = value end
  end)
  return values
end
local function log_events(key, max, texts)
  for _, text in ipairs(texts) do redis.call('XADD', key, 'MAXLEN', '~', max, '*', 'event', text) end
end
-- The feed is bounded in bytes. Its first entry tells how far it reaches back; what is too much goes by tenths.
local function log_history(key, sizes, max, texts)
  for _, text in ipairs(texts) do
    local count = redis.call('HINCRBY', sizes, 'count', 1)
    local bytes = redis.call('HINCRBY', sizes, 'bytes', #text)
    redis.call('XADD', key, '*', 'number', count, 'bytes', bytes, 'records', text)
    local length = redis.call('XLEN', key)
    while length > 1 do
      local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1][2]
      if bytes - tonumber(first[4]) + #first[6] <= max then break end
      redis.call('XTRIM', key, 'MAXLEN', '=', math.floor(length * 0.9))
      length = redis.call('XLEN', key)
    end
  end
end
-- The audit stream holds what was decided; beyond its bound the oldest go.
local function log_audit(key, max, texts)
  for _, text in ipairs(texts) do redis.call('XADD', key, 'MAXLEN', '~', max, '*', 'record', text) end
end
local function fence_of(history) return tonumber(redis.call('HGET', history, 'fence') or '0') end
`;

/** Proposals, tunnels, events and audit: the first nine keys of both scripts that change proposals. */
export const PROPOSALS = `
local proposals, heads, closed, tunnels, version, events, open_briefs, closed_briefs, audit =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
-- A key of a wrong type fails here, before anything is written.
local function touch()
  redis.call('HLEN', proposals) redis.call('HLEN', heads) redis.call('ZCARD', closed)
  redis.call('HLEN', tunnels) redis.call('GET', version) redis.call('XLEN', events)
  redis.call('HLEN', open_briefs) redis.call('HLEN', closed_briefs) redis.call('XLEN', audit)
end
-- A head is revision:status:sequence; those of older versions have no sequence.
local function standing(id)
  local head = redis.call('HGET', heads, id)
  if not head then return nil, 0 end
  return string.match(head, '^%d+:[%a-]+'), tonumber(string.match(head, ':(%d+)$') or '0')
end
local function write_proposals(count)
  for i = 1, count do
    local id, data, head, brief, closed_at = take(), take(), take(), take(), take()
    redis.call('HSET', proposals, id, data)
    redis.call('HSET', heads, id, head)
    if closed_at == '' then
      redis.call('HSET', open_briefs, id, brief) redis.call('HDEL', closed_briefs, id) redis.call('ZREM', closed, id)
    else
      redis.call('HSET', closed_briefs, id, brief) redis.call('HDEL', open_briefs, id)
      redis.call('ZADD', closed, closed_at, id)
    end
  end
end
local function change_tunnels(remove, set)
  local changes = 0
  for _, demand in ipairs(remove) do changes = changes + redis.call('HDEL', tunnels, demand) end
  for i = 1, #set, 2 do
    if redis.call('HGET', tunnels, set[i]) ~= set[i + 1] then changes = changes + 1 end
  end
  hset(tunnels, set)
  if changes > 0 then redis.call('INCR', version) end
end
local function forget(ids)
  for _, id in ipairs(ids) do
    redis.call('HDEL', proposals, id) redis.call('HDEL', heads, id)
    redis.call('HDEL', closed_briefs, id) redis.call('ZREM', closed, id)
  end
end
local function forget_closed(before, max)
  forget(redis.call('ZRANGEBYSCORE', closed, '-inf', before))
  local surplus = redis.call('ZCARD', closed) - max
  if surplus > 0 then forget(redis.call('ZRANGE', closed, 0, surplus - 1)) end
end
`;
