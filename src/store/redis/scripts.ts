import type { Redis } from 'ioredis';
import { PRELUDE, PROPOSALS } from './lua.ts';

/** Answers a list of batches, each a list of its own; nothing is queued when one partition is full. */
const APPEND_SAMPLES = `
local queued, layout = KEYS[1], KEYS[2]
local max, partitions, groups = number(), take(), number()
local known = redis.call('GET', layout)
if known ~= partitions then return {'layout', known or ''} end
local start = at
for group = 1, groups do
  local partition, samples, batches = take(), number(), number()
  local totals = redis.call('HMGET', queued, partition .. ':in', partition .. ':out')
  local waiting = tonumber(totals[1] or '0') - tonumber(totals[2] or '0')
  if waiting + samples > max then return {'full', partition, tostring(waiting)} end
  redis.call('XLEN', KEYS[group + 2])
  at = at + batches * 2
end
at = start
for group = 1, groups do
  local partition, samples, batches = take(), number(), number()
  for batch = 1, batches do
    local count, text = take(), take()
    local total = redis.call('HINCRBY', queued, partition .. ':in', count)
    redis.call('XADD', KEYS[group + 2], '*', 'total', total, 'samples', text)
  end
end
return {'queued'}
`;

const ACKNOWLEDGE = `
local stream, queued = KEYS[1], KEYS[2]
local partition, up_to, after = take(), take(), take()
local last = redis.call('XREVRANGE', stream, up_to, '-', 'COUNT', 1)[1]
if not last then return 0 end
redis.call('HSET', queued, partition .. ':out', last[2][2])
return redis.call('XTRIM', stream, 'MINID', '=', after)
`;

const COMMIT_SCORES = `
local links, times, memories, cursor, scored, events, layout, history =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local feed, feed_sizes = KEYS[9], KEYS[10]
local fence, last_id, applied, refused, partitions, events_max = number(), take(), take(), take(), take(), take()
local present = number()
local seen = tonumber(redis.call('HGET', cursor, 'fence') or '0')
if fence < math.max(seen, fence_of(history)) or redis.call('GET', layout) ~= partitions then return 0 end
-- A key of a wrong type fails here, before anything is written.
redis.call('HLEN', links) redis.call('HLEN', memories) redis.call('HLEN', scored) redis.call('XLEN', events)
redis.call('XLEN', feed) redis.call('HLEN', feed_sizes)
local count = number()
local ids, received = many(count), many(count)
local known = hmget(times, ids)
local new_states, new_times = {}, {}
for i = 1, count do
  local text = take()
  local before = tonumber(known[i] or '-1')
  -- What lies in the future was received before the clock was set back: it says nothing about what is newer.
  if before > present or tonumber(received[i]) >= before then
    new_states[#new_states + 1] = ids[i] new_states[#new_states + 1] = text
    new_times[#new_times + 1] = ids[i] new_times[#new_times + 1] = received[i]
  end
end
redis.call('HINCRBY', scored, 'applied', applied)
redis.call('HINCRBY', scored, 'refused', refused)
hset(links, new_states)
hset(times, new_times)
hset(memories, many(number() * 2))
redis.call('HSET', cursor, 'fence', fence)
if last_id ~= '' then redis.call('HSET', cursor, 'lastId', last_id) end
log_events(events, events_max, many(number()))
local feed_max = number()
log_history(feed, feed_sizes, feed_max, many(number()))
return 1
`;

const APPEND_HISTORY = `
local max = number()
log_history(KEYS[1], KEYS[2], max, many(number()))
return 1
`;

const COMMIT_PLAN = `
local fences, history, latest, plan, moments, moment_times =
  KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15]
local fence, text, ttl, before, closed_max, events_max =
  number(), take(), take(), take(), number(), take()
if fence < math.max(tonumber(redis.call('GET', fences) or '0'), fence_of(history)) then return 'fenced' end
touch()
redis.call('HLEN', moments) redis.call('ZCARD', moment_times)
for i = 1, number() do
  local id, head = take(), take()
  if standing(id) ~= head then return 'conflict' end
end
redis.call('SET', fences, fence)
redis.call('SET', latest, text)
redis.call('SET', plan, text, 'PX', ttl)
write_proposals(number())
change_tunnels(many(number()), {})
log_events(events, events_max, many(number()))
local audit_max = take()
log_audit(audit, audit_max, many(number()))
forget_closed(before, closed_max)
local moments_max, moment_id, moment_at, moment = number(), take(), take(), take()
local function forget_moments(ids)
  for _, id in ipairs(ids) do redis.call('HDEL', moments, id) redis.call('ZREM', moment_times, id) end
end
if moment ~= '' then
  redis.call('HSET', moments, moment_id, moment)
  redis.call('ZADD', moment_times, moment_at, moment_id)
end
forget_moments(redis.call('ZRANGEBYSCORE', moment_times, '-inf', before))
local surplus = redis.call('ZCARD', moment_times) - moments_max
if surplus > 0 then forget_moments(redis.call('ZRANGE', moment_times, 0, surplus - 1)) end
return 'committed'
`;

const TRANSITION = `
touch()
local request, request_ttl, request_text = KEYS[10], take(), take()
if request and redis.call('EXISTS', request) == 1 then return 2 end
local id, revision, sequence, from_count = take(), take(), take(), number()
local from = many(from_count)
local known, at_sequence = standing(id)
local fits = false
for _, status in ipairs(from) do fits = fits or known == revision .. ':' .. status end
if not fits or (sequence ~= '' and tonumber(sequence) ~= at_sequence) then return 0 end
local before, closed_max, events_max = take(), number(), take()
write_proposals(1)
local remove = many(number())
change_tunnels(remove, many(number() * 2))
log_events(events, events_max, many(number()))
local audit_max = take()
log_audit(audit, audit_max, many(number()))
if request then redis.call('SET', request, request_text, 'PX', request_ttl) end
forget_closed(before, closed_max)
return 1
`;

const CHANGE_TUNNELS = `
local remove = many(number())
change_tunnels(remove, many(number() * 2))
return 1
`;

/** Answers 1 when it was written, 2 for a request that was seen before, 0 when the record has another version. */
const CHANGE_CONTROL = `
local records, audit, events, request = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
redis.call('HLEN', records) redis.call('XLEN', audit) redis.call('XLEN', events)
local request_ttl, request_text = take(), take()
if request and redis.call('EXISTS', request) == 1 then return 2 end
local id, version, text, audit_max, audit_text = take(), number(), take(), take(), take()
local forget = many(number())
local events_max = take()
local known = redis.call('HGET', records, id)
local at_version = known and tonumber(string.match(known, '^(%d+):')) or 0
if at_version ~= version then return 0 end
redis.call('HSET', records, id, (version + 1) .. ':' .. text)
for _, old in ipairs(forget) do redis.call('HDEL', records, old) end
log_audit(audit, audit_max, {audit_text})
log_events(events, events_max, many(number()))
if request then redis.call('SET', request, request_text, 'PX', request_ttl) end
return 1
`;

const SAVE_INPUT = `
local input, times, sizes, bytes, network = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local prefix, id, data, ttl, now, before, bytes_max, network_ttl =
  take(), take(), take(), take(), take(), take(), number(), take()
local function forget(old)
  redis.call('DEL', prefix .. old)
  redis.call('DECRBY', bytes, redis.call('HGET', sizes, old) or 0)
  redis.call('HDEL', sizes, old)
  redis.call('ZREM', times, old)
end
redis.call('INCRBY', bytes, #data - tonumber(redis.call('HGET', sizes, id) or '0'))
redis.call('HSET', sizes, id, #data)
redis.call('ZADD', times, now, id)
redis.call('SET', input, data, 'PX', ttl)
redis.call('PEXPIRE', network, network_ttl)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', times, '-inf', before)) do forget(old) end
while tonumber(redis.call('GET', bytes)) > bytes_max and redis.call('ZCARD', times) > 1 do
  forget(redis.call('ZRANGE', times, 0, 0)[1])
end
return 1
`;

/** The fence counts changes of holder, also across expiry. */
const ACQUIRE_LEASE = `
local lease, history = KEYS[1], KEYS[2]
local holder, ttl = take(), take()
local present = redis.call('GET', lease)
if present and present ~= holder then
  -- Redis counts by the wall clock: set back by an hour, it would keep the lease for an hour more.
  if redis.call('PTTL', lease) > tonumber(ttl) then redis.call('PEXPIRE', lease, ttl) end
  return 0
end
if redis.call('HGET', history, 'holder') ~= holder then
  redis.call('HINCRBY', history, 'fence', 1)
  redis.call('HSET', history, 'holder', holder)
end
redis.call('SET', lease, holder, 'PX', ttl)
return fence_of(history)
`;

const ONCE = `
local ttl = take()
if redis.call('SET', KEYS[1], '1', 'PX', ttl, 'NX') then return 1 end
-- As above: a clock that was set back must not make this last longer than anybody asked for.
if redis.call('PTTL', KEYS[1]) > tonumber(ttl) then redis.call('PEXPIRE', KEYS[1], ttl) end
return 0
`;

const RELEASE_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

const SCRIPTS = {
  appendSamples: PRELUDE + APPEND_SAMPLES,
  acknowledge: PRELUDE + ACKNOWLEDGE,
  commitScores: PRELUDE + COMMIT_SCORES,
  appendHistory: PRELUDE + APPEND_HISTORY,
  commitPlan: PRELUDE + PROPOSALS + COMMIT_PLAN,
  transition: PRELUDE + PROPOSALS + TRANSITION,
  changeTunnels: PRELUDE + PROPOSALS + CHANGE_TUNNELS,
  changeControl: PRELUDE + CHANGE_CONTROL,
  saveInput: PRELUDE + SAVE_INPUT,
  acquireLease: PRELUDE + ACQUIRE_LEASE,
  once: PRELUDE + ONCE,
  releaseLease: PRELUDE + RELEASE_LEASE,
} as const;

type Argument = string | number | Buffer;
export type Script = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;
export type Scripts = Readonly<Record<keyof typeof SCRIPTS, Script>>;

/** Defines the scripts on a connection (Redis gets each text once, then only its hash) and gives them types. */
export function defineScripts(connection: Redis): Scripts {
  const names = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];
  return Object.fromEntries(names.map((name) => [name, defineScript(connection, name)])) as Scripts;
}

function defineScript(connection: Redis, name: keyof typeof SCRIPTS): Script {
  const command = `detour:${name}`;
  connection.defineCommand(command, { lua: SCRIPTS[name] });
  const run: unknown = Reflect.get(connection, command);
  if (typeof run !== 'function') throw new TypeError(`the client did not take the script ${name}`);
  return async (keys, args) => Reflect.apply(run, connection, [keys.length, ...keys, ...args]) as Promise<unknown>;
}
