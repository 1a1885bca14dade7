/**
 * What every script begins with. Before it stand the limits, what all stores have in common (`PLACES`, `OVERHEAD`, `LEFT`), and `P`, the prefix of all keys (`scripts.ts`); `ARGV[1]` is
 * the time, ms since 1970, `ARGV[2]` a name that nothing has yet, and the script's own arguments follow.
 */
export const prelude = `
local call = redis.call
local NOW = tonumber(ARGV[1])
local FRESH = ARGV[2]

-- A whole number as text: what .. makes of a large one is not whole.
local function int(n)
  return string.format('%.0f', n)
end

-- A part of every epoch: another one when Redis itself may have lost what it had answered.
local known_generation
local function generation()
  if known_generation then return known_generation end
  known_generation = call('HGET', P .. 'server', 'generation')
  if not known_generation then
    call('HSET', P .. 'server', 'generation', FRESH)
    known_generation = FRESH
  end
  return known_generation
end

local function expire(key)
  if CLIENT_TTL < math.huge then call('PEXPIRE', key, int(CLIENT_TTL)) end
end

-- The client did something: its time begins anew.
local function touch(client)
  expire(P .. 'c:' .. client)
  expire(P .. 'p:' .. client)
  expire(P .. 's:' .. client)
end

local function tell(ch, news)
  call('PUBLISH', P .. 't:' .. ch, cjson.encode(news))
end
`
