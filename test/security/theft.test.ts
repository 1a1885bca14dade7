// Tickets that are forged, old or somebody else's, and sessions that somebody else wants.
import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLinkTickets, createTickets } from '../../src/server/tickets.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { leaveAll } from '../support/servers.js'
import { hello, HttpLink, packet, read, say, send, sub } from '../net/http.world.js'
import { connect, Raw, serve, type Served } from '../net/server.world.js'

afterEach(async () => {
  vi.useRealTimers()
  await leaveAll()
})

const secret = 'the same for every test'
const as = (user: string) => ({ authorization: `Bearer ${user}` })
const authenticate = ({ token = '' }: { token?: string | undefined }) => token
const quick = { secret, authenticate, pollGrace: 500 }

/** Opens a link as a user, and says this. */
async function open(url: string, user: string, ...frames: ClientFrame<Packed>[]): Promise<Raw> {
  const raw = new Raw(url, { headers: as(user) })
  await raw.opened
  raw.say(...frames)
  return raw
}

const parts = (ticket: string): [string, string] => ticket.split('.') as [string, string]
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (payload: string) => JSON.parse(Buffer.from(payload, 'base64url').toString()) as object

describe('a link ticket', () => {
  it.each<[string, (ticket: string) => string]>([
    ['for another link', (one) => `${encode({ ...decode(parts(one)[0]), link: 1 })}.${parts(one)[1]}`],
    ['for another user', (one) => `${encode({ ...decode(parts(one)[0]), user: 'ann' })}.${parts(one)[1]}`],
    ['that holds longer', (one) => `${encode({ ...decode(parts(one)[0]), exp: 9e15 })}.${parts(one)[1]}`],
    ['without a signature', (one) => parts(one)[0]],
    ['with an empty signature', (one) => `${parts(one)[0]}.`],
    [
      'signed with no secret',
      (one) => `${parts(one)[0]}.${createHmac('sha256', '').update(parts(one)[0]).digest('base64url')}`,
    ],
    [
      'signed with another secret',
      () => createLinkTickets('of somebody else', 1e6, Date.now).issue({ node: '', link: 1, user: 'ann' }).ticket,
    ],
    ['that is one for a session', () => createTickets(secret, 1e6, Date.now).sign({ client: 'ann', user: 'ann' })],
  ])('%s is refused, and the link that it names lives on', async (_, forge) => {
    const { port, url, server } = await serve(quick)
    const victim = await open(url, 'ann', hello('ann'))
    await victim.next('welcome')
    const link = new HttpLink('')
    link.take(await say(port, 'POST', { headers: as('eve'), query: '?hold=5000', body: packet(hello('eve')) }))
    const thief = new HttpLink(forge(link.ticket))
    const answers = [
      await thief.ask(port, 'POST', '?post=1', packet(send(1))),
      await thief.ask(port, 'GET', '?since=0'),
      await thief.ask(port, 'DELETE', ''),
      await say(port, 'GET', { query: `?link=${thief.ticket}`, headers: { accept: 'text/event-stream' } }),
    ]
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(4).fill([401, '']))
    expect(server.links).toBe(2)
    expect((await server.read('room')).entries).toEqual([])
  })

  it('that has expired is refused', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 })
    const { port } = await serve({ ...quick, linkTtl: 60_000 })
    const link = new HttpLink('')
    link.take(await say(port, 'POST', { headers: as('ann'), query: '?hold=5000', body: packet(hello('ann')) }))
    vi.setSystemTime(1_700_000_059_999)
    expect((await link.ask(port, 'GET', `?since=${link.since}`)).status).toBe(200)
    vi.setSystemTime(1_700_000_060_000)
    expect((await link.ask(port, 'GET', `?since=${link.since}`)).status).toBe(401)
  })

  it('gives the link of its user, whoever shows it: never another’s', async () => {
    const { port, server } = await serve(quick)
    const link = new HttpLink('')
    link.take(await say(port, 'POST', { headers: as('ann'), query: '?hold=5000', body: packet(hello('ann')) }))
    // Eve has Ann's ticket, and her own cookie: it is Ann who speaks, or nobody.
    await link.ask(port, 'POST', '?post=1', packet(send(1)), { cookie: 'session=eve' })
    expect((await server.read('room')).entries).toMatchObject([{ from: 'ann' }])
  })
})

describe('somebody else’s session', () => {
  const steal = { ...hello('ann'), key: 'guessed' } as ClientFrame<Packed>

  it.each<[string, string, ClientFrame<Packed>]>([
    ['by its client id, with another key', 'ann', steal],
    ['by its client id and key, as another user', 'eve', hello('ann')],
    ['by its client id and key, as a stranger', '', hello('ann')],
  ])('is not had %s: refused by name, and nothing has changed', async (_, user, frame) => {
    const { url, server } = await serve(quick)
    const ann = await open(url, 'ann', hello('ann'), sub, send(1))
    const { ticket } = await ann.next('welcome')
    await ann.next('message')
    const { text: before } = { text: JSON.stringify(await server.read('room')) }
    for (const shown of [frame, { ...frame, ticket }] as ClientFrame<Packed>[]) {
      const eve = await open(url, user, shown, send(2), { t: 'received', ch: 'room', offset: 1 }, { t: 'bye' })
      expect((await eve.closed).code).toBe(4403)
      expect(eve.frames).toMatchObject([{ t: 'error', code: 'taken' }])
    }
    expect(JSON.stringify(await server.read('room'))).toBe(before)
    ann.say(send(2))
    expect(await ann.next('accepted', ({ seq }) => seq === 2)).toBeTruthy()
    expect(ann.socket.readyState).toBe(1)
  })

  it('is not had after its owner has gone, either', async () => {
    const { url, server } = await serve(quick)
    const ann = await open(url, 'ann', hello('ann'), send(1))
    await ann.next('accepted')
    ann.socket.terminate()
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
    const eve = await open(url, 'eve', steal)
    expect((await eve.closed).code).toBe(4403)
    const back = await open(url, 'ann', hello('ann'))
    expect(await back.next('welcome')).toMatchObject({ resumed: true, got: 1 })
  })

  it('is not had over HTTP, either', async () => {
    const { port, url } = await serve(quick)
    const ann = await open(url, 'ann', hello('ann'))
    await ann.next('welcome')
    const { text } = await say(port, 'POST', { headers: as('eve'), query: '?hold=5000', body: packet(hello('ann')) })
    expect(read(text)).toMatchObject({ frames: [{ code: 'taken' }], controls: [{}, { code: 4403 }] })
    expect(ann.socket.readyState).toBe(1)
  })
})

type Ask = (
  served: Served,
  user: string,
  last: ServerFrame['t'],
  ...frames: ClientFrame<Packed>[]
) => Promise<ServerFrame[]>

/**
 * All that somebody hears who says this behind a hello; the answer to a later ping comes behind the answers to it. Who is
 * there is told in its own time, and waited for as `last`.
 */
const transports: [string, Ask][] = [
  [
    'a WebSocket',
    async ({ url }, user, last, ...frames) => {
      const raw = await open(url, user, hello(`client of ${user}`), ...frames)
      await raw.next('welcome')
      raw.say({ t: 'ping', id: 1 })
      await raw.next('pong')
      await raw.next(last)
      return raw.frames
    },
  ],
  [
    'HTTP',
    async ({ port }, user, last, ...frames) => {
      const link = new HttpLink('')
      const body = packet(hello(`client of ${user}`), ...frames)
      link.take(await say(port, 'POST', { headers: as(user || '-'), query: '?hold=5000', body }))
      await link.next(port, 'welcome')
      await link.post(port, { t: 'ping', id: 1 })
      await link.next(port, 'pong')
      await link.next(port, last)
      return link.frames
    },
  ],
]

/** What was refused, and what was told of a channel. */
const answers = (frames: readonly ServerFrame[]) =>
  frames
    .filter(({ t }) => !['welcome', 'pong', 'accepted'].includes(t))
    .map((frame) => {
      const { t, watch, id, code } = frame as { t: string; watch?: true; id?: number; code?: string }
      return `${t} ${watch ? 'watch ' : id === undefined ? '' : 'history '}${code ?? 'with what is there'}`
    })
    .sort()

describe.each(transports)('somebody else’s, over %s', (_, ask) => {
  const reading = (ch: string): ClientFrame<Packed>[] => [
    { t: 'sub', ch, from: 'oldest' },
    { t: 'history', id: 1, ch, from: 1, limit: 9 },
    // Of what it does not follow.
    { t: 'received', ch, offset: 1 },
    { t: 'track', from: 1 },
  ]
  const named = { ...quick, authenticate: ({ token = '' }) => (token === '-' ? '' : token) }

  it('channel is not read, asked about or written to, and nothing has changed', async () => {
    const authorize = ({ user, channel }: { user: string; channel: string }) => channel === `of ${user}`
    const served = await serve({ ...named, authorize })
    await served.server.publish('of ann', 'private')
    const all: ClientFrame<Packed>[] = [...reading('of ann'), { t: 'watch', ch: 'of ann' }]
    for (const user of ['eve', '']) {
      const heard = await ask(served, user, 'pong', ...all, { t: 'send', seq: 1, ch: 'of ann', body: '1' })
      expect(answers(heard)).toEqual([
        'denied forbidden',
        'denied history forbidden',
        'denied watch forbidden',
        'refused forbidden',
      ])
      expect(JSON.stringify(heard)).not.toContain('private')
    }
    expect(await served.server.read('of ann')).toMatchObject({ next: 2, entries: [{ body: 'private' }] })
    // She may, and of her channel only she is a member.
    const heard = await ask(served, 'ann', 'present', ...all)
    expect(heard).toContainEqual(expect.objectContaining({ t: 'message', ch: 'of ann', body: 'private' }))
    expect(heard.filter(({ t }) => t === 'present')).toMatchObject([{ list: [{ user: 'ann' }] }])
  })

  it('inbox is not read, whatever is allowed, and all is there when its owner comes', async () => {
    const served = await serve(named)
    await served.server.publish('@ann', 'private')
    for (const user of ['eve', '', 'Ann', '@ann', 'ann.']) {
      const heard = await ask(served, user, 'pong', ...reading('@ann'))
      expect(answers(heard)).toEqual(['denied forbidden', 'denied history forbidden'])
      expect(JSON.stringify(heard)).not.toContain('private')
    }
    // Nobody has no inbox.
    expect(answers(await ask(served, '', 'pong', ...reading('@')))).toEqual([
      'denied forbidden',
      'denied history forbidden',
    ])
    const heard = await ask(served, 'ann', 'message', { t: 'sub', ch: '@ann', from: 'oldest' })
    expect(heard).toContainEqual(expect.objectContaining({ t: 'message', ch: '@ann', body: 'private' }))
  })
})

describe('what cannot be', () => {
  it.each<[string, ClientFrame<Packed>, number]>([
    ['an offset that is not there yet', sub, 99],
    ['a cursor of the future', { t: 'sub', ch: 'room', from: 99, epoch: 'forged', since: 1 }, 98],
  ])('%s is named, and changes nothing', async (_, frame, offset) => {
    const { url, server } = await serve(quick)
    await server.publish('room', 1)
    const eve = await open(url, 'eve', hello('eve'), frame)
    expect((await eve.next('subscribed')).next).toBeLessThanOrEqual(2)
    eve.say({ t: 'received', ch: 'room', offset })
    expect(await eve.next('error')).toMatchObject({ code: 'bad-offset' })
    expect(await server.read('room')).toMatchObject({ next: 2 })
    eve.socket.terminate()
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
    // Where it was last is where it really was.
    const again = await open(url, 'eve', hello('eve'), { t: 'sub', ch: 'room', from: 'last' })
    const { next } = await again.next('subscribed')
    expect(next).toBeLessThanOrEqual(2)
  })
})

it('a stranger who connects sees nobody else’s name or key', async () => {
  const { url } = await serve({ secret })
  await connect(url, 'ann', send(1))
  const eve = await connect(url, 'eve', { t: 'sub', ch: 'room', from: 'oldest' })
  expect(await eve.next('message')).toMatchObject({ id: 'ann:1', from: '' })
  expect(JSON.stringify(eve.frames)).not.toContain('key of')
})
