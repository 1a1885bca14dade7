/** A channel's log: the head `h:` says what it holds, the stream `l:` holds it; `<offset>-0` is an entry's id. */
export const log = `
-- An entry as its log has it: id, and names with values. The name of the body says of what kind it is.
local function fields(entry)
  local f = entry[2]
  return tonumber(f[6]), f[8]
end

local function at(log, offset)
  local id = int(offset) .. '-0'
  return call('XRANGE', log.stream, id, id)[1]
end

-- Whether that was possible.
local function keep_head(log)
  local since = log.since < math.huge and int(log.since) or ''
  local kept = redis.pcall('HSET', log.key, 'oldest', int(log.oldest), 'next', int(log.next),
    'bytes', int(log.bytes), 'since', since)
  return type(kept) == 'number'
end

-- Lets the oldest go while they have to. The head comes first: a Redis without memory takes no head, and then keeps
-- the entries as well.
local function trim(log, goes)
  local first = log.oldest
  local oldest = nil
  while log.oldest < log.next and goes(log) do
    oldest = oldest or at(log, log.oldest)
    if oldest then
      local _, body = fields(oldest)
      log.bytes = log.bytes - #body - OVERHEAD
    end
    log.oldest = log.oldest + 1
    oldest = log.oldest < log.next and at(log, log.oldest) or nil
    log.since = oldest and fields(oldest) or math.huge
  end
  if log.oldest == first then return end
  if log.oldest == log.next then log.bytes = 0 end
  if not keep_head(log) then return end
  call('XTRIM', log.stream, 'MINID', int(log.oldest) .. '-0')
end

local function too_old(log)
  return log.since <= NOW - (log.inbox and INBOX_AGE or MAX_AGE)
end

-- A channel that nobody wrote to has an epoch as well, for a while: who follows it from its beginning loses nothing.
local function begin(log)
  call('HSET', log.key, 'epoch', FRESH, 'oldest', 1, 'next', 1, 'bytes', 0, 'since', '')
  call('DEL', log.stream)
  log.epoch = FRESH .. '.' .. generation()
end

local function log_of(ch)
  local log = { ch = ch, key = P .. 'h:' .. ch, stream = P .. 'l:' .. ch, inbox = string.sub(ch, 1, 1) == '@' }
  local head = call('HMGET', log.key, 'epoch', 'oldest', 'next', 'bytes', 'since')
  log.oldest = tonumber(head[2] or 1)
  log.next = tonumber(head[3] or 1)
  log.bytes = tonumber(head[4] or 0)
  log.since = tonumber(head[5] or '') or math.huge
  if head[1] then log.epoch = head[1] .. '.' .. generation() else begin(log) end
  if log.next == 1 then expire(log.key) end
  trim(log, too_old)
  return log
end
`
