import { afterEach, describe, expect, it } from 'vitest'
import { leaveAll } from '../support/servers.js'
import { Coming, events, hello, HttpLink, packet, say, send, sub } from './http.world.js'
import { serve } from './server.world.js'

afterEach(leaveAll)

const quick = { secret: 'the same for every test', pollGrace: 100 }
const accept = { accept: 'text/event-stream' }

describe('an event stream', () => {
  it('is what the standard says, as curl -N would show it', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    const stream = link.stream(port)
    const { statusCode, headers } = await stream.response
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      vary: 'Origin',
    })
    expect(headers['content-encoding']).toBeUndefined()
    await link.post(port, send(1))
    await link.post(port, { t: 'bye' })
    const { text } = await stream.whole()
    const lines = text.split('\n')
    expect(lines[0]).toMatch(/^: {2048}$/)
    // Comments, fields and empty lines, and nothing else.
    for (const line of lines) expect(line).toMatch(/^$|^:|^(id: \d+|data: .+|event: control)$/)
    expect(text).toMatch(/\nid: 2\ndata: \[\{"t":"accepted","seq":1,"placed":\[\[1,1\]\]\}\]\n\n/)
    expect(text).toMatch(/\n\nevent: control\ndata: #\{"code":1000,"reason":"bye"\}\n\n$/)
    expect(text.match(/event: control/g)).toHaveLength(1)
    expect(text).not.toContain('\r')
  })

  it('of an opening begins with the ticket, and has the answer to the first packets', async () => {
    const { port } = await serve(quick)
    const opening = new Coming(port, 'POST', { headers: accept, body: packet(hello(), sub) })
    const [first, ...others] = events(await opening.until((text) => text.includes('subscribed')))
    expect(first).toMatchObject({ event: 'control', data: expect.stringMatching(/^#\{"ticket":/) as string })
    expect(others.map(({ id, event }) => [id, event])).toEqual(others.map((_, at) => [String(at + 1), undefined]))
    expect(others[0]?.data).toMatch(/^\[\{"t":"welcome"/)
    const { ticket } = JSON.parse((first?.data ?? '').slice(1)) as { ticket: string }
    expect((await new HttpLink(ticket).post(port, send(1))).status).toBe(204)
    await opening.until((text) => text.includes('"t":"message"'))
  })

  it.each<[string, string, Record<string, string>, string[]]>([
    ['the beginning', '', {}, ['1', '2', '3']],
    ['since', '?since=1', {}, ['2', '3']],
    ['the last event that was heard', '', { 'last-event-id': '2' }, ['3']],
    ['the last event, though the address says less', '?since=1', { 'last-event-id': '2' }, ['3']],
  ])('goes on from %s', async (_, query, headers, ids) => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    await link.post(port, send(1))
    await link.post(port, send(2))
    const stream = link.stream(port, query, headers)
    expect(events(await stream.until((text) => text.includes('id: 3\n'))).map(({ id }) => id)).toEqual(ids)
  })

  it('with the ticket in its address, as an EventSource asks, tells onmessage of packets only', async () => {
    const { port } = await serve({ ...quick, linkTtl: 1_000 })
    const { ticket } = await HttpLink.open(port)
    const stream = new Coming(port, 'GET', { query: `?link=${ticket}&since=0`, headers: accept })
    const all = events(await stream.until((text) => text.includes('#{"ticket"')))
    expect(all.map(({ id, event }) => [id, event])).toEqual([
      ['1', undefined],
      [undefined, 'control'],
    ])
  })

  it('is kept alive by comments while there is silence', async () => {
    const { port } = await serve({ ...quick, keepAlive: 100 })
    const link = await HttpLink.open(port)
    const stream = link.stream(port)
    await stream.until((text) => text.split('\n\n').filter((block) => block === ': ').length >= 3)
    expect(events(stream.text)).toEqual([])
    await link.post(port, send(1))
    await stream.until((text) => text.includes('accepted'))
  })

  it('gets a new ticket when half of the life of the old one is over, again and again', async () => {
    const { port } = await serve({ ...quick, linkTtl: 1_000 })
    const link = await HttpLink.open(port)
    const stream = link.stream(port)
    const tickets = () =>
      events(stream.text).map(({ data = '' }) => (JSON.parse(data.slice(1)) as { ticket: string }).ticket)
    await stream.until(() => tickets().length >= 2)
    expect(new Set([link.ticket, ...tickets()]).size).toBe(3)
    const renewed = new HttpLink(tickets()[1] ?? '')
    expect((await renewed.post(port, send(1))).status).toBe(204)
  })

  it('ends empty when a newer reader comes, and the link goes on', async () => {
    const { port, server } = await serve({ secret: quick.secret })
    const link = await HttpLink.open(port)
    const older = link.stream(port)
    await older.response
    const newer = link.stream(port)
    expect(events((await older.whole()).text)).toEqual([])
    await link.post(port, send(1))
    await newer.until((text) => text.includes('accepted'))
    link.since = 2
    const waiting = link.poll(port)
    await newer.whole()
    await link.post(port, send(2))
    expect((await waiting).frames).toMatchObject([{ t: 'accepted', seq: 2 }])
    expect(server.links).toBe(1)
    await link.ask(port, 'DELETE', '')
  })

  it.each(['opening', 'stream'])('that the client leaves (%s) takes the link with it', async (kind) => {
    const { port, server } = await serve({ secret: quick.secret })
    const link = kind === 'stream' ? await HttpLink.open(port) : undefined
    const stream = link?.stream(port) ?? new Coming(port, 'POST', { headers: accept, body: packet(hello()) })
    await stream.until((text) => text.length > 2_000)
    expect(server.links).toBe(1)
    stream.cut()
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
    if (link) expect((await link.poll(port)).status).toBe(410)
  })

  it('ends when the link is closed from the client’s side', async () => {
    const { port, server } = await serve(quick)
    const link = await HttpLink.open(port)
    const stream = link.stream(port)
    await stream.response
    await link.ask(port, 'DELETE', '')
    expect(events((await stream.whole()).text)).toEqual([])
    expect(server.links).toBe(0)
  })

  it('of a client that takes nothing in is cut, and its link with it', async () => {
    const { port, server } = await serve({ secret: quick.secret, pollGrace: 500, maxBuffered: 2 ** 30 })
    const link = await HttpLink.open(port)
    for (let seq = 1; seq <= 8; seq++) await link.post(port, send(seq, `"${'x'.repeat(500_000)}"`))
    const stream = link.stream(port)
    ;(await stream.response).pause()
    for (let id = 1; server.links; id++) await link.post(port, { t: 'history', id, ch: 'room', from: 1, limit: 100 })
    expect((await link.poll(port)).status).toBe(410)
  })

  it.each([
    ['since what never was', '?since=99', {}, 409],
    ['since nonsense', '?since=x', {}, 400],
    ['a last event that is none', '', { 'last-event-id': 'x' }, 400],
  ])('of %s is refused, empty', async (_, query, headers, status) => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    expect(await link.stream(port, query, headers).whole()).toMatchObject({ status, text: '' })
  })

  it('of a link that is no more is 410', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    await link.ask(port, 'DELETE', '')
    expect(await link.stream(port).whole()).toMatchObject({ status: 410, text: '' })
  })
})

it('a stream of nobody is 401, and nothing else', async () => {
  const { port } = await serve(quick)
  const answer = await say(port, 'GET', { headers: accept })
  expect(answer).toMatchObject({ status: 401, text: '' })
})
