import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTickets } from '../../src/server/tickets.js'
import { leaveAll } from '../support/servers.js'
import { Coming, hello, HttpLink, packet, read, say, send, sub } from './http.world.js'
import { connect, serve } from './server.world.js'

afterEach(async () => {
  vi.useRealTimers()
  await leaveAll()
})

const secret = 'the same for every test'
/** Nobody waits here for a link that a test has left. */
const quick = { secret, pollGrace: 100 }

describe('an opening', () => {
  it('is answered with the ticket and what the server says to the first packets', async () => {
    const { port, server } = await serve(quick)
    const answer = await say(port, 'POST', { query: '?hold=5000', body: packet(hello()) })
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', vary: 'Origin' },
    })
    expect(answer.text).toMatch(/^#\{"ticket":"[\w.-]+"\}\n\[/)
    expect(read(answer.text).frames).toMatchObject([{ t: 'welcome', got: 0 }])
    expect(server.links).toBe(1)
  })

  it('without a hold, and without packets, is answered at once', async () => {
    const { port, server } = await serve(quick)
    const answer = await say(port, 'POST')
    expect(read(answer.text)).toMatchObject({ packets: 0, controls: [{ ticket: expect.any(String) as string }] })
    expect(server.links).toBe(1)
  })

  it('is held no longer than the server likes', async () => {
    const { port } = await serve({ ...quick, pollHold: 20 })
    expect(read((await say(port, 'POST', { query: '?hold=999999' })).text).packets).toBe(0)
  })

  it('has its user from the token', async () => {
    const { port } = await serve({ ...quick, authenticate: ({ token }) => (token === 'Zoë' ? 'Zoe' : null) })
    const token = Buffer.from('Zoë').toString('base64url')
    const headers = { authorization: `Bearer holdfast.token.${token}` }
    const answer = await say(port, 'POST', { query: '?hold=5000', headers, body: packet(hello()) })
    expect(read(answer.text).frames).toMatchObject([{ t: 'welcome', user: 'Zoe' }])
  })

  it('with a packet that is none is told so, and closed', async () => {
    const { port, server } = await serve(quick)
    const { frames, controls } = read((await say(port, 'POST', { query: '?hold=5000', body: '[{"t":"format"}]' })).text)
    expect(frames).toMatchObject([{ t: 'error', code: 'bad-frame' }])
    expect(controls[1]).toEqual({ code: 4400, reason: 'bad-frame' })
    expect(server.links).toBe(0)
  })

  it('of one too many is told when to come back', async () => {
    const { port } = await serve({ ...quick, maxLinks: 1 })
    await HttpLink.open(port)
    const { frames, controls } = read((await say(port, 'POST', { body: packet(hello('bob')) })).text)
    expect(frames).toMatchObject([{ t: 'retry', after: 2_010 }])
    expect(controls[1]).toMatchObject({ code: 1013 })
  })

  it('that finds nobody is closed at once', async () => {
    const { port, server } = await serve({ secret, helloTimeout: 60_000, pollGrace: 60_000 })
    const opening = new Coming(port, 'POST', { query: '?hold=20000' })
    while (!server.links) await new Promise((resolve) => setImmediate(resolve))
    opening.cut()
    while (server.links) await new Promise((resolve) => setImmediate(resolve))
  })

  it('that is given up while the hook thinks opens nothing', async () => {
    let decide: (user: string) => void = () => undefined
    let asked: () => void = () => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const { port, server, http } = await serve({
      ...quick,
      authenticate: () => {
        asked()
        return new Promise((resolve) => (decide = resolve))
      },
    })
    const gone = new Promise((resolve) => http.once('connection', (socket) => socket.once('close', resolve)))
    const opening = new Coming(port, 'POST', { body: packet(hello()) })
    await isAsked
    opening.cut()
    await gone
    decide('late')
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.links).toBe(0)
  })

  it('counts links upwards together with sockets: the later has the session', async () => {
    const { port, url } = await serve(quick)
    for (const other of ['bob', 'eve']) await connect(url, other)
    const link = await HttpLink.open(port)
    const raw = await connect(url)
    expect(await link.poll(port)).toMatchObject({ controls: [{ code: 4409 }] })
    const later = await HttpLink.open(port)
    expect((await raw.closed).code).toBe(4409)
    expect(later.frames).toMatchObject([{ t: 'welcome', resumed: true }])
  })
})

describe('a post', () => {
  it('is taken once, however often it is said', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port, hello(), sub)
    const body = packet(send(1))
    const answers = []
    for (let times = 0; times < 3; times++) answers.push(await link.ask(port, 'POST', '?post=1', body))
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([204, '']))
    link.posts = 1
    expect((await link.post(port, send(2))).status).toBe(204)
    while (link.frames.filter(({ t }) => t === 'message').length < 2) await link.poll(port)
    expect(link.frames.filter(({ t }) => t === 'accepted')).toEqual(
      [1, 2].map((seq) => ({ t: 'accepted', seq, placed: [[seq, seq]] })),
    )
  })

  it('of many packets, text and bytes, has them all', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port, hello(), sub)
    const bytes = Buffer.from('\0\0\0\x2a[{"t":"send","seq":2,"ch":"room","bin":3}]\x01\x02\x7f').toString('base64')
    const body = [packet(send(1)), `!${bytes}`, JSON.stringify(packet(send(3)))].join('\n')
    expect((await link.ask(port, 'POST', '?post=1', body)).status).toBe(204)
    const bodies = () => link.frames.flatMap((frame) => (frame.t === 'message' ? [frame.body] : []))
    while (bodies().length < 3) await link.poll(port)
    expect(bodies()).toEqual(['1', new Uint8Array([1, 2, 127]), '3'])
  })

  it('with since is answered as a poll is', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    const query = `?post=1&since=${link.since}&hold=5000`
    const answer = await link.ask(port, 'POST', query, packet(send(1)))
    expect(answer.status).toBe(200)
    expect(read(answer.text).frames).toMatchObject([{ t: 'accepted', seq: 1 }])
    expect(read((await link.ask(port, 'POST', query, packet(send(1)))).text).frames).toMatchObject([
      { t: 'accepted', seq: 1 },
    ])
  })

  it('with close is the last', async () => {
    const { port, server } = await serve(quick)
    const link = await HttpLink.open(port)
    const last = () => link.ask(port, 'POST', '?post=1&close=1000&since=1', packet(send(1)))
    expect((await last()).status).toBe(204)
    expect(server.links).toBe(0)
    expect((await last()).status).toBe(204)
    expect((await link.ask(port, 'POST', '?post=2', '')).status).toBe(410)
    expect((await link.poll(port)).status).toBe(410)
  })

  it.each([
    ['a number too far', '?post=3', '', 409],
    ['no number', '', '', 400],
    ['a number that is none', '?post=one', '', 400],
    ['a line that is none', '?post=1', '[]\n#{"code":1000}', 400],
    ['an empty line', '?post=1', '[]\n', 400],
    ['since what never was', '?post=1&since=99', '', 409],
  ])('with %s is refused, empty', async (_, query, body, status) => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    expect(await link.ask(port, 'POST', query, body)).toMatchObject({ status, text: '' })
  })

  it('with a line that is none is not counted', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    expect((await link.ask(port, 'POST', '?post=1', `${packet(send(1))}\n`)).status).toBe(400)
    expect((await link.post(port, send(1))).status).toBe(204)
    expect(await link.next(port, 'accepted')).toEqual({ t: 'accepted', seq: 1, placed: [[1, 1]] })
  })

  it('with a packet that is none closes the link by its code', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    const body = '[{"t":"send","seq":1,"ch":"room","body":{"__proto__":{"x":1}}}]'
    expect((await link.ask(port, 'POST', '?post=1', body)).status).toBe(204)
    expect(await link.poll(port)).toMatchObject({
      frames: [{ t: 'error', code: 'bad-frame' }],
      controls: [{ code: 4400 }],
    })
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it('with one packet over the limit closes the link, as a socket would', async () => {
    const { port } = await serve({ ...quick, maxPacket: 65_536 })
    const link = await HttpLink.open(port)
    expect((await link.post(port, send(1, `"${'x'.repeat(70_000)}"`))).status).toBe(204)
    expect((await link.poll(port)).controls).toEqual([{ code: 1009, reason: 'too-big' }])
  })
})

describe('a poll', () => {
  it('waits for what comes, and no longer than is asked', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    expect(await link.poll(port, 0)).toMatchObject({ status: 200, packets: 0 })
    expect(await link.poll(port, 20)).toMatchObject({ status: 200, packets: 0 })
    const waiting = link.poll(port)
    await link.post(port, send(1))
    expect((await waiting).frames).toMatchObject([{ t: 'accepted', seq: 1 }])
  })

  it('whose answer was lost is asked again since the same', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    await link.post(port, send(1))
    const query = `?since=${link.since}&hold=5000`
    const lost = await link.ask(port, 'GET', query)
    const found = await link.ask(port, 'GET', query)
    expect(found.text).toBe(lost.text)
    expect(read(found.text).frames).toMatchObject([{ t: 'accepted', seq: 1 }])
    expect(link.take(found).packets).toBe(1)
    expect((await link.poll(port, 0)).packets).toBe(0)
  })

  it('that is cut loses nothing, and leaves the link as it was', async () => {
    const { port, server } = await serve({ secret })
    const link = await HttpLink.open(port)
    const cut = new Coming(port, 'GET', { query: `?since=1&hold=20000`, headers: link.auth })
    await link.ask(port, 'GET', '?since=9')
    cut.cut()
    await link.post(port, send(1))
    expect(await link.next(port, 'accepted')).toEqual({ t: 'accepted', seq: 1, placed: [[1, 1]] })
    expect(server.links).toBe(1)
    await link.ask(port, 'DELETE', '')
  })

  it('that is cut is no longer waited at', async () => {
    const { port, server, http } = await serve({ secret, pollGrace: 300 })
    const link = await HttpLink.open(port)
    const cut = new Coming(port, 'GET', { query: `?since=1&hold=25000`, headers: link.auth })
    await once(http, 'request')
    cut.cut()
    while (server.links) await new Promise((resolve) => setTimeout(resolve, 10))
  })

  it('sends an older one away, empty', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    const older = link.ask(port, 'GET', `?since=1&hold=20000`)
    // It is there when a second one has sent it away.
    const newer = link.ask(port, 'GET', `?since=1&hold=20000`)
    const first = await Promise.race([older, newer])
    expect(first).toMatchObject({ status: 200, text: '' })
    await link.post(port, send(1))
    const texts = (await Promise.all([older, newer])).map(({ text }) => text).sort()
    expect(texts[0]).toBe('')
    expect(read(texts[1] ?? '').frames).toMatchObject([{ t: 'accepted' }])
  })

  it.each([
    ['since what never was', '?since=99', 409],
    ['since nonsense', '?since=-1', 400],
    ['a hold that is none', '?since=1&hold=long', 400],
  ])('%s is refused, empty', async (_, query, status) => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    expect(await link.ask(port, 'GET', query)).toMatchObject({ status, text: '' })
  })
})

describe('a link', () => {
  it('is closed by DELETE, and is no more', async () => {
    const { port, server } = await serve(quick)
    const link = await HttpLink.open(port)
    const waiting = link.poll(port)
    expect(await link.ask(port, 'DELETE', '?code=4000')).toMatchObject({ status: 204, text: '' })
    expect((await waiting).status).toBe(410)
    expect(server.links).toBe(0)
    expect((await link.ask(port, 'DELETE', '')).status).toBe(410)
    expect(await link.ask(port, 'GET', '?since=1')).toMatchObject({ status: 410, text: '' })
  })

  it('that the server closed says so, and after a while is no more', async () => {
    const { port } = await serve(quick)
    const link = await HttpLink.open(port)
    await link.post(port, { t: 'bye' })
    expect(await link.poll(port)).toMatchObject({ status: 200, controls: [{ code: 1000, reason: 'bye' }] })
    let status = 200
    while (status === 200) ({ status } = await link.poll(port))
    expect(status).toBe(410)
  })

  it('that nobody asks for is gone', async () => {
    const { port, server } = await serve({ ...quick, pollGrace: 100 })
    const link = await HttpLink.open(port)
    while (server.links) await new Promise((resolve) => setTimeout(resolve, 10))
    expect((await link.poll(port)).status).toBe(410)
  })

  it('that fetches nothing is gone when too much waits for it', async () => {
    const { port, server } = await serve({ secret, maxBuffered: 2 ** 18 })
    const link = await HttpLink.open(port, hello(), sub)
    let status = 204
    for (let seq = 1; status === 204; seq++) ({ status } = await link.post(port, send(seq, `"${'x'.repeat(50_000)}"`)))
    expect(status).toBe(410)
    expect(server.links).toBe(0)
  })
})

describe('a ticket', () => {
  const forged = (user: string) => {
    const said = { node: 'x', link: 1, user, exp: 9e15 }
    return `${Buffer.from(JSON.stringify(said)).toString('base64url')}.AAAA`
  }
  const session = createTickets(secret, 60_000, () => Date.now()).sign({ client: 'ann', user: '' })

  it.each([
    ['forged', forged('root')],
    ['of a session', session],
    ['nothing', 'x'],
  ])('that is %s is refused on each request, with nothing else', async (_, ticket) => {
    const { port } = await serve(quick)
    const link = new HttpLink(ticket)
    const answers = await Promise.all([
      link.ask(port, 'GET', '?since=0'),
      link.ask(port, 'GET', '?since=0', undefined, { accept: 'text/event-stream' }),
      link.ask(port, 'POST', '?post=1', 'secret'),
      link.ask(port, 'DELETE', ''),
      say(port, 'GET', { query: `?link=${ticket}`, headers: { accept: 'text/event-stream' } }),
    ])
    for (const answer of answers) expect(answer).toMatchObject({ status: 401, text: '' })
  })

  it('that is missing likewise', async () => {
    const { port } = await serve(quick)
    const accept = { accept: 'text/event-stream' }
    for (const [method, query, headers] of [
      ['GET', '?since=0', {}],
      ['GET', '', accept],
      ['POST', '?post=1', {}],
      ['DELETE', '', {}],
    ] as const)
      expect(await say(port, method, { query, headers })).toMatchObject({ status: 401, text: '' })
  })

  it('is renewed in an answer when half of its life is over, and refused when all of it is', async () => {
    const { port } = await serve({ secret, linkTtl: 20_000, pollGrace: 60_000 })
    const link = await HttpLink.open(port)
    const { ticket: first } = link
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 9_000 })
    expect((await link.poll(port, 0)).controls).toEqual([])
    vi.setSystemTime(Date.now() + 2_000)
    const { controls } = await link.poll(port, 0)
    expect(controls).toEqual([{ ticket: expect.any(String) as string }])
    expect(link.ticket).not.toBe(first)
    vi.setSystemTime(Date.now() + 10_000)
    expect(await new HttpLink(first).ask(port, 'GET', '?since=1')).toMatchObject({ status: 401, text: '' })
    const renewed = await link.poll(port, 0)
    expect(renewed).toMatchObject({ status: 200, controls: [{ ticket: expect.any(String) as string }] })
    await link.ask(port, 'DELETE', '')
  })

  it('of a server that was is for no link of the next one', async () => {
    const [before, after] = [await serve(quick), await serve(quick)]
    const link = await HttpLink.open(before.port)
    await HttpLink.open(after.port, hello('bob'))
    expect(await link.poll(after.port, 0)).toMatchObject({ status: 410 })
  })
})
