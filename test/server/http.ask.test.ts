import { describe, expect, it } from 'vitest'
import { type Ask, understand } from '../../src/server/http/ask.js'

const bearer = { authorization: 'Bearer holdfast.link.T' }
const stream = { accept: 'text/event-stream' }
const refused = (status: 400 | 401 | 405): Ask => ({ is: 'refused', status })
const ask = (method: string, url: string, headers: Record<string, string> = {}) =>
  understand({ method, url: `/realtime${url}`, headers })

describe('without a ticket', () => {
  it.each<[string, string, Record<string, string>, Ask]>([
    ['POST', '', {}, { is: 'open', streams: false, hold: 0 }],
    ['POST', '?hold=2000&x=1', {}, { is: 'open', streams: false, hold: 2_000 }],
    ['POST', '', { accept: 'text/html, Text/Event-Stream;q=0.9' }, { is: 'open', streams: true, hold: 0 }],
    ['POST', '', { authorization: 'Bearer holdfast.token.T' }, { is: 'open', streams: false, hold: 0 }],
    ['POST', '?link=T', {}, { is: 'open', streams: false, hold: 0 }],
    ['POST', '?post=1', {}, refused(401)],
    ['POST', '?close=1000', {}, refused(401)],
    ['POST', '?hold=soon', {}, refused(400)],
    ['GET', '', {}, { is: 'plain' }],
    ['GET', '?x=1', { accept: '*/*' }, { is: 'plain' }],
    ['GET', '?link=T', {}, { is: 'plain' }],
    ['GET', '?since=0', {}, refused(401)],
    ['GET', '', stream, refused(401)],
    ['HEAD', '', {}, { is: 'plain' }],
    ['OPTIONS', '?since=x', {}, { is: 'preflight' }],
    ['DELETE', '', {}, refused(401)],
    ['PUT', '', {}, refused(405)],
  ])('%s %s %j', (method, url, headers, expected) => expect(ask(method, url, headers)).toEqual(expected))
})

describe('what the holdfast header says', () => {
  const holdfast = 'v=1&post=3&since=4&hold=250'
  it('stands for the query', () => {
    const expected = { is: 'post', ticket: 'T', n: 3, take: { since: 4, hold: 250 } }
    expect(ask('POST', '', { ...bearer, holdfast })).toEqual(expected)
    expect(ask('POST', '?post=9', { ...bearer, holdfast })).toEqual(expected)
  })
  it('is looked at as hard', () => {
    expect(ask('POST', '', { ...bearer, holdfast: 'post=x' })).toEqual(refused(400))
    expect(ask('GET', '', { holdfast: 'v=1&since=0' })).toEqual(refused(401))
    expect(ask('POST', '', { holdfast: 'v=1&post=1' })).toEqual(refused(401))
  })
})

describe('with a ticket', () => {
  const ticket = 'T'
  const take = { since: 4, hold: 250 }
  it.each<[string, string, Record<string, string>, Ask]>([
    ['POST', '?post=3', {}, { is: 'post', ticket, n: 3, take: undefined }],
    ['POST', '?post=3&since=4&hold=250', {}, { is: 'post', ticket, n: 3, take }],
    ['POST', '?post=3&since=4', {}, { is: 'post', ticket, n: 3, take: { since: 4, hold: 0 } }],
    ['POST', '?post=3&close=1000', {}, { is: 'post', ticket, n: 3, take: undefined, close: 1000 }],
    ['POST', '', {}, refused(400)],
    ['POST', '?post=0', {}, refused(400)],
    ['GET', '', {}, { is: 'poll', ticket, since: 0, hold: 0 }],
    ['GET', '?since=4&hold=250', {}, { is: 'poll', ticket, ...take }],
    ['GET', '?since=4', stream, { is: 'stream', ticket, since: 4 }],
    ['GET', '', { ...stream, 'last-event-id': '9' }, { is: 'stream', ticket, since: 9 }],
    ['GET', '?since=4', { ...stream, 'last-event-id': '9' }, { is: 'stream', ticket, since: 9 }],
    ['GET', '?since=4', { ...stream, 'last-event-id': '' }, { is: 'stream', ticket, since: 4 }],
    ['GET', '?since=4', { ...stream, 'last-event-id': '-9' }, refused(400)],
    ['DELETE', '', {}, { is: 'delete', ticket, code: 1000 }],
    ['DELETE', '?code=4000', {}, { is: 'delete', ticket, code: 4000 }],
    ['PATCH', '', {}, refused(405)],
  ])('%s %s %j', (method, url, headers, expected) =>
    expect(ask(method, url, { ...bearer, ...headers })).toEqual(expected),
  )

  it('in the query, for an EventSource alone', () => {
    expect(ask('GET', '?link=T&since=4', stream)).toEqual({ is: 'stream', ticket, since: 4 })
    expect(ask('GET', '?link=T&since=4')).toEqual(refused(401))
    expect(ask('GET', '?link=Q', { ...stream, ...bearer })).toEqual({ is: 'stream', ticket, since: 0 })
  })

  it.each(['', '-1', '1.5', '0x1', '1e3', ' 1', '１', 'NaN', '9'.repeat(16), '1&since=2'])(
    'since=%s is no number',
    (value) => {
      expect(ask('GET', `?since=${encodeURIComponent(value).replace('%26', '&').replace('%3D', '=')}`, bearer)).toEqual(
        refused(400),
      )
    },
  )

  it.each(['999', '5000', 'x', ''])('%j is no close code', (code) => {
    expect(ask('DELETE', `?code=${code}`, bearer)).toEqual(refused(400))
    expect(ask('POST', `?post=1&close=${code}`, bearer)).toEqual(refused(400))
  })

  it('an address that is none is read as far as it goes', () => {
    expect(understand({ method: 'GET', url: '//?%zz=%E0%A4%A&since=%zz', headers: bearer })).toEqual(refused(400))
    expect(understand({ method: 'GET', headers: {} })).toEqual({ is: 'plain' })
  })
})
