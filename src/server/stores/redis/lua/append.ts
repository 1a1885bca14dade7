/**
 * Messages of one client: `ARGV[3]`, and of each channel, number, number before, id, from, time, kind of body (`s`: text,
 * `b`: bytes), body.
 */
export const append = `
local client = ARGV[3]
local name = P .. 'c:' .. client
local known = call('HMGET', name, 'seq', 'generation')
-- Redis may have lost its last messages, and they need not be the client's last: it says where it is.
if not known[1] or known[2] ~= generation() then return { 'unknown' } end
local seq = tonumber(known[1])
local logs, grown, answer = {}, {}, { 'done', '' }

local function full_by(log, cost)
  local size = log.next - log.oldest
  if size >= INBOX_ENTRIES then
    return 'the inbox holds ' .. int(INBOX_ENTRIES) .. ' messages that were not fetched'
  end
  if size > 0 and log.bytes + cost > INBOX_BYTES then
    return 'the inbox holds ' .. int(log.bytes) .. ' bytes that were not fetched'
  end
  return nil
end

-- A full inbox is looked through once: who was forgotten holds back nothing.
local function full(log, cost)
  local reason = log.inbox and full_by(log, cost)
  if not reason or log.searched then return reason end
  log.searched = true
  trim_inbox(log)
  return full_by(log, cost)
end

local function too_much(log)
  local size = log.next - log.oldest
  return size > MAX_ENTRIES or (log.bytes > MAX_BYTES and size > 1)
end

local function place_of(number)
  local id = int(number) .. '-0'
  local place = call('XRANGE', P .. 'p:' .. client, id, id)[1]
  return place and { 'duplicate', place[2][2], place[2][4], place[2][6] } or { 'duplicate' }
end

local function take(log, number, n)
  local time, body = tonumber(ARGV[n + 5]), ARGV[n + 7]
  local offset = int(log.next)
  call('XADD', log.stream, offset .. '-0', 'i', ARGV[n + 3], 'f', ARGV[n + 4], 't', ARGV[n + 5], ARGV[n + 6], body)
  call('XADD', P .. 'p:' .. client, 'MAXLEN', '~', PLACES, int(number) .. '-0', 'c', log.ch, 'e', log.epoch, 'o', offset)
  if log.oldest == log.next then log.since = time end
  if log.next == 1 then call('PERSIST', log.key) end
  log.next = log.next + 1
  log.bytes = log.bytes + #body + OVERHEAD
  if not log.grown then
    log.grown = true
    grown[#grown + 1] = log
  end
  return { 'stored', log.epoch, offset }
end

local function decide(n)
  local ch, number, after = ARGV[n], tonumber(ARGV[n + 1]), tonumber(ARGV[n + 2])
  if number <= seq then return place_of(number) end
  if after > seq then return { 'gap' } end
  local log = logs[ch] or log_of(ch)
  logs[ch] = log
  local reason = full(log, #ARGV[n + 7] + OVERHEAD)
  if reason then return { 'full', reason } end
  seq = number
  return take(log, number, n)
end

for n = 4, #ARGV, 8 do answer[#answer + 1] = decide(n) end
for _, log in ipairs(grown) do
  keep_head(log)
  if not log.inbox then trim(log, too_much) end
  tell(log.ch, { 'grown', log.epoch, int(log.next) })
end
if #grown > 0 then call('HSET', name, 'seq', int(seq)) end
touch(client)
answer[2] = int(seq)
return answer
`
