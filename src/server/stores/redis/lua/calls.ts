/** The scripts of the store's calls, each one step. Arguments from `ARGV[3]` on are named in its first lines. */

export const open = `
local client, key, user, acked = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
if acked <= tonumber(call('GET', P .. 'x:' .. client) or -1) then return { 'left' } end
local name = P .. 'c:' .. client
local known = call('HMGET', name, 'key', 'user', 'seq')
if known[1] and (known[1] ~= key or known[2] ~= user) then return { 'taken' } end
local seq = math.max(tonumber(known[3] or 0), acked)
if known[1] then
  call('HSET', name, 'seq', int(seq), 'generation', generation())
else
  call('HSET', name, 'key', key, 'user', user, 'seq', int(seq), 'generation', generation(), 'born', FRESH)
  call('DEL', P .. 'p:' .. client, P .. 's:' .. client)
end
touch(client)
return { 'open', int(seq), known[1] and 1 or 0 }
`

/** Where a client's message went: the stream `p:` has it by the message's number. */
export const sent = `
return call('XRANGE', P .. 'p:' .. ARGV[3], ARGV[4] .. '-0', '+')
`

export const read = `
local log = log_of(ARGV[3])
local from, limit, bytes = math.max(tonumber(ARGV[4]), log.oldest), tonumber(ARGV[5]), tonumber(ARGV[6])
local answer = { log.epoch, '', '' }
local sum, count, more = 0, 0, limit > 0
while more and from < log.next do
  -- As many as will fit by what entries of this log weigh.
  local weight = math.max(1, log.bytes / (log.next - log.oldest) - OVERHEAD)
  local fits = math.floor(math.min(256, (bytes - sum) / weight + 1))
  local page = call('XRANGE', log.stream, int(from) .. '-0', '+', 'COUNT', int(math.min(limit - count, fits)))
  if #page == 0 and count == 0 then
    -- Somebody deleted the stream alone.
    log.oldest, log.since, log.bytes = log.next, math.huge, 0
    keep_head(log)
  end
  more = #page > 0
  for _, entry in ipairs(page) do
    local _, body = fields(entry)
    sum = sum + #body
    if count == limit or (sum > bytes and count > 0) then
      more = false
      break
    end
    count = count + 1
    from = tonumber(string.match(entry[1], '^%d+')) + 1
    answer[count + 3] = entry
  end
  if count == limit or sum >= bytes then more = false end
end
answer[2], answer[3] = int(log.oldest), int(log.next)
return answer
`

export const cursor = `
local client, ch = ARGV[3], ARGV[4]
local text = call('HGET', P .. 'm:' .. ch, client)
if not text then return false end
local seat = seat_from(text)
if not device_of(client, seat.born) then return false end
return { seat.epoch, int(seat.since), int(seat.offset), int(seat.time) }
`

export const keep = `
local client, ch = ARGV[3], ARGV[4]
local device = device_of(client)
if not device then return false end
local log = log_of(ch)
local said = { born = device.born, epoch = ARGV[5], since = tonumber(ARGV[6]), offset = tonumber(ARGV[7]),
  time = tonumber(ARGV[8]) }
local was = call('HGET', P .. 'm:' .. ch, client)
local kept = was and seat_from(was)
local seat = moved(kept and kept.born == device.born and kept or nil, said, log.epoch)
call('HSET', P .. 'm:' .. ch, client, seat_text(seat))
-- The channels of a client in the order of its steps.
call('ZADD', P .. 's:' .. client, call('HINCRBY', P .. 'c:' .. client, 'moves', 1), ch)
touch(client)
tell_member(ch, device, seat)
trim_inbox(log)
while call('ZCARD', P .. 's:' .. client) > MAX_CURSORS do
  leave(client, call('ZRANGE', P .. 's:' .. client, 0, 0)[1])
end
return false
`

export const leave = `
leave(ARGV[3], ARGV[4])
return false
`

export const forget = `
local client, below = ARGV[3], tonumber(ARGV[4])
local seq = device_of(client) and call('HGET', P .. 'c:' .. client, 'seq')
if not seq or tonumber(seq) >= below then return false end
call('SET', P .. 'x:' .. client, seq, 'PX', int(LEFT))
for _, ch in ipairs(call('ZRANGE', P .. 's:' .. client, 0, -1)) do leave(client, ch) end
call('DEL', P .. 'c:' .. client, P .. 'p:' .. client, P .. 's:' .. client)
return false
`

export const members = `
local log = log_of(ARGV[3])
local list = members_of(log)
trim_inbox(log)
local answer = { log.epoch, int(log.oldest), int(log.next), log.inbox and call('GET', P .. 'o:' .. log.ch) or '' }
for n, one in ipairs(list) do answer[n + 4] = member(one[1], one[2]) end
return answer
`

/** Of each device: client, presence, seenAt. */
export const seen = `
for n = 3, #ARGV, 3 do
  local client, presence, seen = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  local device = device_of(client)
  if device then
    touch(client)
    if tonumber(seen) >= (tonumber(device.seen or '') or -math.huge) then
      local changed = presence ~= (device.presence or 'offline')
      device.presence, device.seen = presence, seen
      call('HSET', P .. 'c:' .. client, 'presence', presence, 'seen', seen)
      for _, ch in ipairs(changed and call('ZRANGE', P .. 's:' .. client, 0, -1) or {}) do
        local text = call('HGET', P .. 'm:' .. ch, client)
        if text then tell_member(ch, device, seat_from(text)) end
      end
    end
  end
end
return false
`

/**
 * Said on each new connection: `run` is this Redis process and its history, `durable` whether one that ends loses nothing of what it
 * answered. Where another process had the data before, and may have lost some, a new generation begins; once, however
 * many nodes come.
 */
export const enlist = `
local run, durable = ARGV[3], ARGV[4]
local before = call('HMGET', P .. 'server', 'run', 'durable')
if before[1] and before[1] ~= run and (before[2] ~= '1' or durable ~= '1') then
  call('HSET', P .. 'server', 'generation', FRESH)
end
if before[1] ~= run or before[2] ~= durable then
  call('HSET', P .. 'server', 'run', run, 'durable', durable)
end
return generation()
`
