/**
 * Who is a member: `m:` has the members of a channel, `s:` the channels of a client. A seat counts only while its client
 * is the same that took it: one that was forgotten, and came back under its name, is a member of nothing.
 */
export const seats = `
local function seat_from(text)
  local s = cjson.decode(text)
  return { born = s[1], epoch = s[2], since = tonumber(s[3]), offset = tonumber(s[4]), time = tonumber(s[5]) }
end

local function seat_text(s)
  return cjson.encode({ s.born, s.epoch, int(s.since), int(s.offset), int(s.time) })
end

-- A device that no node ever spoke of was last there when it received.
local function device_of(client, born)
  local c = call('HMGET', P .. 'c:' .. client, 'born', 'user', 'presence', 'seen')
  if not c[1] or (born and c[1] ~= born) then return nil end
  return { client = client, born = c[1], user = c[2], presence = c[3], seen = c[4] }
end

local function member(device, seat)
  return { device.client, device.user, device.presence or 'offline', device.seen or int(seat.time),
    seat.epoch, int(seat.since), int(seat.offset), int(seat.time) }
end

local function tell_member(ch, device, seat)
  tell(ch, { 'member', member(device, seat) })
end

-- Runs of one epoch that meet are one, else the one that reaches further stays; of two epochs the present one does.
local function moved(kept, said, present)
  if not kept then return said end
  if kept.epoch ~= said.epoch then
    if said.epoch == present or kept.epoch ~= present then return said end
    return kept
  end
  local further = said.offset > kept.offset and said or kept
  local since = further.since
  if said.since <= kept.offset + 1 and said.offset >= kept.since - 1 then since = math.min(kept.since, said.since) end
  return { born = said.born, epoch = said.epoch, since = since, offset = further.offset, time = further.time }
end

-- What those of an inbox had who are gone: of what was deleted then it is known that it had arrived.
local function remember_past(log, client, seat)
  local known = call('GET', P .. 'o:' .. log.ch)
  local past, kept = known and cjson.decode(known), nil
  if past then kept = { epoch = past[5], since = tonumber(past[6]), offset = tonumber(past[7]), time = tonumber(past[8]) } end
  local joined = moved(kept, seat, log.epoch)
  local further = past and joined.offset > seat.offset and past[1] or client
  local device = { client = further, user = string.sub(log.ch, 2) }
  call('SET', P .. 'o:' .. log.ch, cjson.encode(member(device, joined)))
end

local function vacate(log, client, seat)
  if log.inbox then remember_past(log, client, seat) end
  call('HDEL', P .. 'm:' .. log.ch, client)
  tell(log.ch, { 'left', client })
end

-- All members as pairs of device and seat. Who was forgotten leaves here.
local function members_of(log)
  local list = {}
  local all = call('HGETALL', P .. 'm:' .. log.ch)
  for n = 1, #all, 2 do
    local seat = seat_from(all[n + 1])
    local device = device_of(all[n], seat.born)
    if device then list[#list + 1] = { device, seat } else vacate(log, all[n], seat) end
  end
  return list
end

-- What all members have leaves an inbox. Who counts in another epoch is not known to have any of it.
local function trim_inbox(log)
  if not log.inbox then return end
  local least = math.huge
  for _, one in ipairs(members_of(log)) do
    local seat = one[2]
    least = math.min(least, seat.epoch == log.epoch and seat.offset or 0)
  end
  if least < math.huge then trim(log, function(l) return l.oldest <= least end) end
end

local function leave(client, ch)
  call('ZREM', P .. 's:' .. client, ch)
  local text = call('HGET', P .. 'm:' .. ch, client)
  if not text then return end
  local log = log_of(ch)
  vacate(log, client, seat_from(text))
  trim_inbox(log)
end
`
