import { expect, it } from 'vitest'
import { type LinkNews, Links } from '../../src/shell/links.js'
import type { Connection, TransportEvents } from '../../src/transports/transport.js'
import type { Packet } from '../../src/wire/codec.js'

/** A codec of words: `no` has no form, `?` no meaning. */
const codec = {
  encode(frames: readonly string[]): Packet[] {
    if (frames.includes('no')) throw new Error('no word for it')
    return [frames.join()]
  },
  decode(packet: Packet): string[] {
    if (packet === '?') throw new Error('no meaning')
    return String(packet).split(',')
  },
}

async function world() {
  const sent: Packet[] = []
  const news: LinkNews<string>[] = []
  const reported: string[] = []
  const deferred: (() => void)[] = []
  const on: TransportEvents[] = []
  const connection: Connection = { send: (packet) => sent.push(packet), close: () => undefined, buffered: 0 }
  const links = new Links<string, string>({
    codec,
    transports: [
      {
        name: 'fake',
        open(_, events) {
          on.push(events)
          return connection
        },
      },
    ],
    target: () => Promise.resolve({ url: 'ws://fake/', protocols: [] }),
    env: { now: () => 0, timer: () => () => undefined, defer: (callback) => deferred.push(callback) },
    feed: (one) => news.push(one),
    report: ({ message }) => reported.push(message),
  })
  links.open(1)
  await Promise.resolve()
  await Promise.resolve()
  const end = () => {
    for (const callback of deferred.splice(0)) callback()
  }
  return { links, sent, news, reported, end, events: on[0] as TransportEvents }
}

it('what is written in one task leaves in one packet', async () => {
  const { links, sent, end } = await world()
  links.write(1, ['a', 'b'])
  links.write(1, ['c'])
  expect(sent).toEqual([])
  end()
  expect(sent).toEqual(['a,b,c'])
})

it('a frame that cannot be encoded is reported, and takes no other with it', async () => {
  const { links, sent, reported, end } = await world()
  links.write(1, ['a', 'no', 'b'])
  end()
  expect(sent).toEqual(['a', 'b'])
  expect(reported).toEqual(['no word for it'])
})

it('a packet without meaning is broken, and so is one beyond 16 MiB, unread', async () => {
  const { news, events } = await world()
  events.received('?')
  events.received('x'.repeat(2 ** 24 + 1))
  events.received('a,b')
  expect(news).toEqual([
    { on: 'broken', link: 1, error: new Error('no meaning') },
    { on: 'broken', link: 1, error: expect.objectContaining({ name: 'FrameError', code: 'too-big' }) as Error },
    { on: 'frames', link: 1, frames: ['a', 'b'] },
  ])
})

it('a link dropped before its target is known is never dialled', async () => {
  const { links, sent, end } = await world()
  links.open(2)
  links.drop(2, { code: 1000, reason: '' })
  links.write(2, ['a'])
  await Promise.resolve()
  end()
  expect(sent).toEqual([])
})
