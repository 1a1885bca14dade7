import { describe, expect, it } from 'vitest'
import type { ServerInput } from '../../src/core/server/contract.js'
import type { TakeAsk, Taken } from '../../src/server/http/desk.js'
import { HttpLinks, type HttpLinksOptions } from '../../src/server/http/links.js'
import { silent } from '../../src/server/log.js'
import type { Ping } from '../../src/wire/frame.js'
import { Hand } from './hand.js'

const ping = (id: number): Ping => ({ t: 'ping', id })
const said = (...ids: number[]): string => JSON.stringify(ids.map(ping))

const free = { maxFrameRate: Infinity, maxByteRate: Infinity }

class World {
  readonly hand = new Hand()
  readonly inputs: ServerInput[] = []
  readonly links: HttpLinks
  #count = 0

  constructor(options: Partial<HttpLinksOptions> = {}) {
    const all = { maxPacket: 1_000, maxBuffered: 1_000, pollGrace: 30_000, ...free, ...options }
    this.links = new HttpLinks(
      all,
      this.hand.env,
      silent,
      (input) => this.inputs.push(input),
      () => ++this.#count,
    )
  }

  open(...packets: (string | Uint8Array)[]): number {
    return this.links.open('Ann', packets)
  }

  write(link: number, ...ids: number[]): void {
    for (const id of ids) this.links.write({ do: 'write', link, frames: [ping(id)] })
    this.hand.flush()
  }

  close(link: number): void {
    this.links.close({ do: 'close', link, code: 4409, reason: 'later' })
  }

  take(link: number, ask: Partial<TakeAsk> = {}): Promise<Taken> {
    return this.links.take({ link, reader: 'r', again: false, since: 0, hold: 0, ...ask })
  }

  closed(): number[] {
    return this.inputs.flatMap((input) => (input.on === 'closed' ? [input.link] : []))
  }
}

const closed = { code: 4409, reason: 'later' }

describe('an opening', () => {
  it('makes a link of the next number, with its user and first packets', () => {
    const world = new World()
    expect([world.open(), world.open(said(1), said(2, 3))]).toEqual([1, 2])
    expect(world.inputs).toEqual([
      { on: 'opened', link: 1, user: 'Ann', transport: 'poll' },
      { on: 'opened', link: 2, user: 'Ann', transport: 'poll' },
      { on: 'frames', link: 2, frames: [ping(1)], bytes: 21 },
      { on: 'frames', link: 2, frames: [ping(2), ping(3)], bytes: 41 },
    ])
  })

  it.each([
    ['not understood', 'what?', 'bad-frame'],
    ['of a hidden prototype', '[{"t":"ping","id":1,"__proto__":{"x":1}}]', 'bad-frame'],
    ['too big', `["${'é'.repeat(499)}"]`, 'too-big'],
    ['of too many bytes', new Uint8Array(1_001), 'too-big'],
  ])('with a packet that is %s is the core’s to judge', (_, packet, code) => {
    const world = new World()
    world.open(packet)
    expect(world.inputs[1]).toMatchObject({ on: 'broken', link: 1, error: { code } })
  })
})

describe('posts', () => {
  it('count one by one; said again they are answered, and not done', async () => {
    const world = new World()
    const link = world.open()
    const post = (n: number, text = said(n)) => world.links.post({ link, n, text })
    expect(await post(2)).toBe(409)
    expect(await post(1)).toBe(204)
    expect(await post(1)).toBe(204)
    expect(await post(2, `${said(2)}\n#{}`)).toBe(400)
    expect(await post(3)).toBe(409)
    expect(await post(2, '')).toBe(204)
    expect(await post(3)).toBe(204)
    expect(world.inputs.slice(1)).toEqual([1, 3].map((id) => ({ on: 'frames', link, frames: [ping(id)], bytes: 21 })))
  })

  it('of a link that is not are 410', async () => {
    const world = new World()
    expect(await world.links.post({ link: 7, n: 1, text: '' })).toBe(410)
    expect(await world.links.leave({ link: 7, code: 1000 })).toBe(410)
    expect(await world.take(7)).toEqual({ is: 'gone' })
  })

  it('that close the link are the last, and said again they are answered as before', async () => {
    const world = new World()
    const link = world.open()
    const waiting = world.take(link, { hold: 1_000 })
    const last = { link, n: 1, text: said(1), close: 1000 }
    expect([await world.links.post(last), await world.links.post(last)]).toEqual([204, 204])
    expect(world.inputs.slice(1).map(({ on }) => on)).toEqual(['frames', 'closed'])
    expect(await waiting).toEqual({ is: 'gone' })
    expect(await world.links.post({ link, n: 2, text: said(2) })).toBe(410)
    expect(await world.take(link, { reader: 'r2' })).toEqual({ is: 'gone' })
    world.hand.wait(3_000)
    expect(await world.links.post(last)).toBe(410)
  })

  it('after the server’s close go nowhere, as on a socket', async () => {
    const world = new World()
    const link = world.open()
    world.close(link)
    expect(await world.links.post({ link, n: 1, text: said(1), close: 1000 })).toBe(204)
    expect(world.inputs).toHaveLength(1)
  })
})

describe('the downlink', () => {
  it('has what was written in one task in one packet', async () => {
    const world = new World()
    const link = world.open()
    world.write(link, 1, 2)
    world.write(link, 3)
    expect(await world.take(link)).toEqual({ is: 'lines', first: 1, lines: [said(1, 2), said(3)] })
  })

  it('is waited for as long as is asked', async () => {
    const world = new World()
    const link = world.open()
    let taken: Taken | undefined
    const waiting = world.take(link, { hold: 500 }).then((one) => (taken = one))
    world.hand.wait(499)
    await Promise.resolve()
    expect(taken).toBeUndefined()
    world.hand.wait(1)
    expect(await waiting).toEqual({ is: 'lines', first: 1, lines: [] })
  })

  it('of somebody who asks in vain leaves nothing behind', async () => {
    const world = new World()
    const link = world.open()
    const waiting = world.take(link, { hold: 500 })
    const { timers } = world.hand
    expect(await world.take(link, { reader: 'lost', since: 9, hold: 9_000 })).toEqual({ is: 'wrong' })
    expect(await world.take(link, { reader: 'lost', again: true, hold: 9_000 })).toEqual({ is: 'superseded' })
    expect(world.hand.timers).toBe(timers)
    world.hand.wait(500)
    await waiting
  })

  it('of another carrier’s link is passed over', () => {
    const world = new World()
    world.write(99, 1)
    world.close(99)
    expect(world.inputs).toEqual([])
  })

  it('beyond its limit is the end of the link', async () => {
    const world = new World({ maxBuffered: 100 })
    const link = world.open()
    world.write(link, 1, 2, 3)
    expect(world.closed()).toEqual([])
    world.write(link, 4, 5, 6)
    expect(world.closed()).toEqual([link])
    expect(await world.take(link)).toEqual({ is: 'gone' })
  })

  it('has no limit for a client that fetches it', async () => {
    const world = new World({ maxBuffered: 150 })
    const link = world.open()
    for (let n = 1; n <= 50; n++) {
      world.write(link, 1, 2, 3)
      expect(await world.take(link, { since: n - 1 })).toMatchObject({ first: n, lines: [said(1, 2, 3)] })
    }
  })
})

describe('the server’s close', () => {
  it('takes the last frames with it, is told again to whoever asks again, and then forgotten', async () => {
    const world = new World()
    const link = world.open()
    world.links.write({ do: 'write', link, frames: [ping(1)] })
    world.close(link)
    world.write(link, 2)
    for (let times = 0; times < 2; times++)
      expect(await world.take(link)).toEqual({ is: 'lines', first: 1, lines: [said(1)], closed })
    expect(await world.links.leave({ link, code: 1000 })).toBe(410)
    world.hand.wait(3_000)
    expect(await world.take(link)).toEqual({ is: 'gone' })
    expect(world.closed()).toEqual([])
  })

  it('reaches whoever waits together with the last frames', async () => {
    const world = new World()
    const link = world.open()
    const waiting = world.take(link, { hold: 1_000 })
    world.links.write({ do: 'write', link, frames: [ping(1)] })
    world.close(link)
    expect(await waiting).toEqual({ is: 'lines', first: 1, lines: [said(1)], closed })
  })

  it('is waited for until it is told', async () => {
    const world = new World()
    const link = world.open()
    let isEmpty = false
    world.close(link)
    const empty = world.links.empty().then(() => (isEmpty = true))
    await Promise.resolve()
    expect(isEmpty).toBe(false)
    await world.take(link)
    await empty
    await world.links.empty()
  })

  it('is not waited for where the client goes as well: it will not ask', async () => {
    const world = new World()
    const link = world.open()
    world.close(link)
    await world.links.post({ link, n: 1, text: '', close: 1_000 })
    await world.links.empty()
  })

  it('is waited for no longer than it lingers', async () => {
    const world = new World()
    world.close(world.open())
    const empty = world.links.empty()
    world.hand.wait(3_000)
    await empty
  })

  it('leaves no timer behind when all is stopped', async () => {
    const world = new World()
    const open = world.open()
    const waiting = world.take(open, { hold: 1_000 })
    world.close(world.open())
    world.links.stop()
    expect(await waiting).toEqual({ is: 'gone' })
    await world.links.empty()
    expect(world.hand.timers).toBe(0)
  })
})

describe('a client that leaves', () => {
  it('closes the link, once', async () => {
    const world = new World()
    const link = world.open()
    expect(await world.links.leave({ link, code: 1000 })).toBe(204)
    expect(await world.links.leave({ link, code: 1000 })).toBe(410)
    expect(world.closed()).toEqual([link])
  })

  it('as a reader closes it only while it reads', async () => {
    const world = new World()
    const link = world.open()
    await world.take(link, { reader: 'old' })
    await world.take(link, { reader: 'new' })
    await world.links.leave({ link, code: 1006, reader: 'old' })
    world.hand.wait(1_000)
    expect(world.closed()).toEqual([])
    await world.links.leave({ link, code: 1006, reader: 'new' })
    world.hand.wait(1_000)
    expect(world.closed()).toEqual([link])
  })

  it('may lose its stream first: its last words are heard', async () => {
    const world = new World()
    const link = world.open()
    await world.take(link, { reader: 'page' })
    await world.links.leave({ link, code: 1006, reader: 'page' })
    world.hand.wait(999)
    expect(await world.links.post({ link, n: 1, text: said(7), close: 1_000 })).toBe(204)
    world.hand.wait(1)
    expect(world.closed()).toEqual([link])
  })
})

describe('a link that nobody asks for', () => {
  it('is gone after the grace, however often it was asked for before', async () => {
    const world = new World({ pollGrace: 8_000 })
    const link = world.open()
    for (let n = 1; n <= 5; n++) {
      world.hand.wait(7_000)
      await world.links.post({ link, n, text: '' })
    }
    world.hand.wait(7_000)
    await world.take(link)
    world.hand.wait(7_000)
    expect(world.closed()).toEqual([])
    world.hand.wait(3_000)
    expect(world.closed()).toEqual([link])
  })

  it('is not one that is waited at', async () => {
    const world = new World({ pollGrace: 8_000 })
    const link = world.open()
    const waiting = world.take(link, { hold: 60_000 })
    world.hand.wait(59_000)
    expect(world.closed()).toEqual([])
    world.hand.wait(1_000)
    await waiting
    world.hand.wait(7_000)
    expect(world.closed()).toEqual([])
    world.hand.wait(3_000)
    expect(world.closed()).toEqual([link])
  })

  it('is not judged while the process was held', () => {
    const world = new World({ pollGrace: 8_000 })
    const link = world.open()
    world.hand.sleep(60_000)
    world.hand.wait(0)
    expect(world.closed()).toEqual([])
    world.hand.wait(2_000)
    expect(world.closed()).toEqual([link])
  })

  it('has no timer of its own', () => {
    const world = new World({ pollGrace: 8_000 })
    for (let n = 0; n < 50; n++) world.open()
    expect(world.hand.timers).toBe(1)
    world.hand.wait(10_000)
    expect(world.closed()).toHaveLength(50)
    expect(world.hand.timers).toBe(0)
  })
})
