import { describe, expect, it } from 'vitest'
import { MemoryStore, type OnMessage } from '../../src/server/index.js'
import type { ClientFrame, Packed } from '../../src/wire/frame.js'
import { HttpLink, packet, say } from './http.world.js'
import { connect, hello, Raw, serve } from './server.world.js'

const secret = 'the same for every node'
const send = (seq: number, ch = 'room', body: Packed = `"${seq}"`): ClientFrame<Packed> => ({
  t: 'send',
  seq,
  ch,
  body,
})
const sub = (ch = 'room'): ClientFrame<Packed> => ({ t: 'sub', ch, from: 'oldest' })

describe('onMessage', () => {
  const censor: OnMessage = async ({ user, channel, body }) => {
    if (body === 'spam') return { refuse: 'no spam', code: 'spam' }
    return typeof body === 'string' ? { body: `${user}@${channel}: ${body}` } : undefined
  }

  it('takes, changes and refuses, and the sender hears of it', async () => {
    const { url, server } = await serve({ onMessage: censor, authenticate: () => 'Ann' })
    const ann = await connect(
      url,
      'ann',
      sub(),
      send(1, 'room', '"hi"'),
      send(2, 'room', '7'),
      send(3, 'room', '"spam"'),
    )
    expect(await ann.next('refused')).toEqual({ t: 'refused', seq: 3, code: 'spam', reason: 'no spam' })
    expect((await ann.next('message')).body).toBe('Ann@room: hi')
    const { entries } = await server.read('room')
    expect(entries.map(({ body }) => body)).toEqual(['Ann@room: hi', 7])
  })

  it('that fails refuses nothing, and takes the message when it comes again', async () => {
    let isWell = false
    const { url, server } = await serve({
      onMessage: () => {
        if (!isWell) throw new Error('no database')
      },
    })
    const ann = await connect(url, 'ann', send(1), { t: 'ping', id: 1 })
    await ann.next('pong')
    expect(ann.frames.filter(({ t }) => t === 'refused' || t === 'accepted')).toEqual([])
    isWell = true
    ann.say(send(1))
    expect(await ann.next('accepted')).toEqual({ t: 'accepted', seq: 1, placed: [[1, 1]] })
    expect((await server.read('room')).next).toBe(2)
  })

  it('is a function', async () => {
    await expect(serve({ onMessage: 'yes' as never })).rejects.toThrow('onMessage takes a function')
  })
})

describe('server.publish', () => {
  it('reaches those who follow, at every node, in its order', async () => {
    const store = new MemoryStore()
    const [one, two] = [await serve({ store, secret }), await serve({ store, secret })]
    const readers = [await connect(one.url, 'ann', sub()), await connect(two.url, 'bob', sub())]
    for (const reader of readers) await reader.next('subscribed')
    const first = one.server.publish('room', { news: 1 }, { from: 'desk' })
    const second = one.server.publish('room', new Uint8Array([1, 2]))
    const { id, epoch, offset } = await first
    expect([offset, (await second).offset]).toEqual([1, 2])
    for (const reader of readers) {
      expect(await reader.next('message')).toMatchObject({ id, offset: 1, from: 'desk', body: { news: 1 } })
      expect(await reader.next('message', (frame) => frame.offset === 2)).toMatchObject({
        from: '',
        body: new Uint8Array([1, 2]),
      })
      expect((await reader.next('subscribed')).epoch).toBe(epoch)
    }
  })

  it('says what is wrong by name', async () => {
    const { server } = await serve()
    await expect(server.publish('', 1)).rejects.toThrow('channel takes a name of 1 to 255 letters')
    await expect(server.publish('room', 1, { from: 7 as never })).rejects.toThrow('from takes a string')
    await expect(server.publish('room', 1, { form: 'x' } as never)).rejects.toThrow('there is no option form')
    await expect(server.publish('room', undefined)).rejects.toMatchObject({ code: 'not-encodable' })
    await server.close({ after: 0, spread: 0 })
    await expect(server.publish('room', 1)).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('server.read', () => {
  it('gives a part of the log, and what there is of it', async () => {
    const { server } = await serve()
    for (let at = 1; at <= 5; at++) await server.publish('room', { at }, { from: 'desk' })
    const page = await server.read('room', { from: 2, limit: 2 })
    expect(page).toMatchObject({ oldest: 1, next: 6, epoch: expect.any(String) as string })
    expect(page.entries).toMatchObject([
      { offset: 2, from: 'desk', body: { at: 2 } },
      { offset: 3, body: { at: 3 } },
    ])
    expect((await server.read('room')).entries).toHaveLength(5)
    expect(await server.read('nobody was here')).toMatchObject({ oldest: 1, next: 1, entries: [] })
  })

  it('says what is wrong by name', async () => {
    const store = new MemoryStore()
    const { server } = await serve({ store })
    await expect(server.read('room', { limit: 1_001 })).rejects.toThrow('limit takes a whole number from 0 to 1000')
    await expect(server.read('room', { from: -1 })).rejects.toThrow('from takes a whole number')
    store.read = () => Promise.reject(new Error('disk on fire'))
    await expect(server.read('room')).rejects.toMatchObject({ code: 'unavailable', cause: { message: 'disk on fire' } })
  })
})

describe('what authorize forbids', () => {
  it('changes nothing: not the log, not who is in a channel', async () => {
    const asked: string[] = []
    const { url, server } = await serve({
      authorize: ({ action, channel }) => {
        asked.push(`${action} ${channel}`)
        return channel === 'open'
      },
    })
    await server.publish('shut', 'secret')
    const ann = await connect(
      url,
      'ann',
      ...[sub('shut'), sub('open'), send(1, 'shut')],
      ...([
        { t: 'history', id: 1, ch: 'shut', from: 1, limit: 10 },
        { t: 'watch', ch: 'shut' },
      ] as ClientFrame<Packed>[]),
    )
    expect(await ann.next('refused')).toMatchObject({ seq: 1, code: 'forbidden' })
    expect(await ann.next('denied', ({ id }) => id === 1)).toMatchObject({ ch: 'shut', code: 'forbidden' })
    expect(await ann.next('denied', ({ watch }) => watch === true)).toMatchObject({ ch: 'shut', code: 'forbidden' })
    expect(await ann.next('denied', ({ id, watch }) => id === undefined && !watch)).toMatchObject({ ch: 'shut' })
    // It was not a member, so it may not say what it has of it; and what it said is not in.
    ann.say({ t: 'received', ch: 'shut', offset: 1 }, { t: 'ping', id: 9 })
    await ann.next('pong', ({ id }) => id === 9)
    expect(await server.read('shut')).toMatchObject({ next: 2, entries: [{ body: 'secret' }] })
    expect(ann.frames.filter(({ t }) => t === 'message' || t === 'page' || t === 'present' || t === 'noted')).toEqual(
      [],
    )
    expect(asked.sort()).toEqual(['history shut', 'presence shut', 'publish shut', 'subscribe open', 'subscribe shut'])
  })

  it('is not asked about a person’s inbox: only that person reads it', async () => {
    const asked: string[] = []
    const { url } = await serve({
      authenticate: ({ token }) => token ?? '',
      authorize: ({ action, channel }) => asked.push(`${action} ${channel}`) > 0,
    })
    const ann = new Raw(url, { headers: { authorization: 'Bearer ann' } })
    await ann.opened
    ann.say(
      hello('a1'),
      sub('@bob'),
      { t: 'history', id: 1, ch: '@bob', from: 1, limit: 10 },
      sub('@ann'),
      send(1, '@bob'),
    )
    expect(await ann.next('denied', ({ id }) => id === undefined)).toMatchObject({ ch: '@bob', code: 'forbidden' })
    expect(await ann.next('denied', ({ id }) => id === 1)).toMatchObject({ ch: '@bob', code: 'forbidden' })
    await ann.next('subscribed')
    await ann.next('accepted')
    expect(asked.sort()).toEqual(['publish @bob', 'subscribe @ann'])
  })
})

describe('server.metrics', () => {
  const values = (text: string) =>
    Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    )

  it('counts what was done, by transport, type and code', async () => {
    const { url, port, server } = await serve({
      pollGrace: 200,
      authorize: ({ channel }) => channel !== 'shut',
      onMessage: ({ body }) => (body === 'spam' ? { refuse: 'no', code: 'of my own' } : undefined),
      authenticate: ({ token }) => (token === 'wrong' ? null : 'Ann'),
    })
    const ann = await connect(url, 'ann', sub(), send(1), send(2, 'shut'))
    await ann.next('refused')
    ann.say({ ...send(3, 'room', '"spam"'), after: 1 } as ClientFrame<Packed>)
    await ann.next('refused', ({ seq }) => seq === 3)
    ann.say(send(1))
    await ann.next('accepted', ({ placed }) => placed?.[0]?.[0] === 1)
    await server.publish('room', 'news')
    await ann.next('message', ({ offset }) => offset === 2)
    await HttpLink.open(port, hello('bob'))
    const refused = new Raw(url, { headers: { authorization: 'Bearer wrong' } })
    expect((await refused.refused).status).toBe(401)
    const bad = await connect(url, 'eve')
    bad.socket.send('{"t":"nonsense"}')
    expect((await bad.closed).code).toBe(4400)
    const text = await server.metrics()
    expect(values(text)).toMatchObject({
      'holdfast_links{transport="websocket"}': 1,
      'holdfast_links{transport="poll"}': 1,
      holdfast_sessions: 2,
      'holdfast_links_opened_total{transport="websocket"}': 2,
      'holdfast_links_closed_total{code="4400"}': 1,
      'holdfast_links_refused_total{status="401"}': 1,
      'holdfast_faults_total{code="bad-frame"}': 1,
      'holdfast_packets_malformed_total{code="bad-frame"}': 1,
      holdfast_messages_accepted_total: 1,
      'holdfast_messages_refused_total{code="forbidden"}': 1,
      'holdfast_messages_refused_total{code="hook"}': 1,
      holdfast_messages_published_total: 1,
      holdfast_messages_pushed_total: 2,
      'holdfast_frames_received_total{type="hello"}': 3,
      'holdfast_call_duration_seconds_count{call="append",result="ok"}': 2,
      'holdfast_call_duration_seconds_count{call="review",result="ok"}': 2,
    })
    const { holdfast_messages_duplicate_total: duplicates = 0, ...rest } = values(text)
    expect(duplicates).toBeGreaterThan(0)
    for (const name of ['received', 'sent'])
      for (const transport of ['websocket', 'poll'])
        expect(rest[`holdfast_${name}_bytes_total{transport="${transport}"}`], `${name} ${transport}`).toBeGreaterThan(
          0,
        )
    // Whoever can name channels, users, clients or codes cannot make it grow.
    expect(text).not.toMatch(/="[^"]*(room|shut|ann|bob|eve|my own)/i)
  })
})

describe('the log', () => {
  it('has an event and fields in each line, and nothing that is secret or said', async () => {
    const lines: { fields: unknown; event: unknown }[] = []
    const line = (fields: unknown, event: unknown) => void lines.push({ fields, event })
    const hidden = { token: 'T0KEN-hidden', secret: 'S3CRET-hidden-long', key: 'key of', body: 'B0DY-hidden' }
    let isWell = false
    const { url, port, server } = await serve({
      pollGrace: 200,
      log: { debug: line, info: line, warn: line, error: line },
      secret: hidden.secret,
      authenticate: ({ token }) => (token === hidden.token ? 'Ann' : null),
      authorize: ({ channel }) => channel !== 'shut',
      onMessage: ({ body }) => {
        if (body === 'change') return { body: { [hidden.body]: 10n } }
        if (!isWell) throw new Error('no database')
        return undefined
      },
    })
    const headers = { authorization: `Bearer ${hidden.token}` }
    const ann = new Raw(url, { headers })
    await ann.opened
    const { ticket } = await (ann.say(hello()), ann.next('welcome'))
    ann.say(send(1, 'room', `"${hidden.body}"`), { t: 'ping', id: 1 })
    await ann.next('pong')
    isWell = true
    ann.say(send(1, 'room', `"${hidden.body}"`))
    await ann.next('accepted')
    ann.say(send(1, 'room', `"${hidden.body}"`), send(2, 'room', '"change"'))
    await ann.next('refused')
    const other = new Raw(url, { headers })
    await other.opened
    other.say({ ...hello(), key: 'key of another', ticket: `${ticket}x` } as ClientFrame<Packed>)
    await other.closed
    const bad = new Raw(url, { headers })
    await bad.opened
    bad.socket.send(`{"t":"${hidden.body}"}`)
    await bad.closed
    const denied = new Raw(url, { headers: { authorization: 'Bearer T0KEN-hidden-but-wrong' } })
    await denied.refused
    const opening = await say(port, 'POST', { query: '?hold=0', headers, body: packet(hello('eve')) })
    expect(opening.status).toBe(200)
    await say(port, 'POST', { headers: { authorization: 'Bearer T0KEN-hidden-but-wrong' }, body: packet(hello('eve')) })
    await server.close({ after: 0, spread: 0 })
    const events = new Set(lines.map(({ event }) => event))
    for (const event of ['welcome', 'fault', 'failing', 'recovered', 'repeated', 'ticket-ignored', 'closed'])
      expect(events).toContain(event)
    for (const event of ['review-not-encodable', 'upgrade refused', 'opening refused']) expect(events).toContain(event)
    for (const { fields, event } of lines) {
      expect(typeof fields === 'object' && fields !== null, String(event)).toBe(true)
      expect(event).toMatch(/^[a-z-]+( [a-z]+)?$/)
    }
    const told = lines.map(({ fields, event }) => `${String(event)} ${flat(fields)}`).join('\n')
    for (const word of [...Object.values(hidden), ticket]) expect(told).not.toContain(word)
  })
})

/** With what an error says of itself. */
const flat = (fields: unknown): string =>
  JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
  )
