// What every transport must do (src/transports/transport.ts), whatever it is made of.
import { afterEach, describe, expect, it } from 'vitest'
import { createClock } from '../../src/shell/env.js'
import type { Connection, Transport } from '../../src/transports/transport.js'
import type { Packet } from '../../src/wire/codec.js'
import type { Closing } from '../../src/wire/close.js'

/** One link as the other side sees it. */
export interface Peer {
  /** What came, in order. */
  readonly got: Packet[]
  send(packet: Packet): void
  close(code: number, reason: string): void
  /** The connection breaks: no goodbye. */
  cut(): void
  /** Resolves when the link is gone, with what the other side said. */
  readonly gone: Promise<{ code: number; reason: string }>
}

export interface Stand {
  transport: Transport
  url: string
  protocols: readonly string[]
  /** The next one who comes in. */
  peer(): Promise<Peer>
  /** An address where nobody answers. */
  nowhere: string
  close(): Promise<void>
}

type News = 'opened' | Packet | Closing

/** One link as this side sees it: all that was said of it, and the wait for it. */
export class Watched {
  readonly news: News[] = []
  readonly connection: Connection
  #check = (): void => undefined

  constructor(transport: Transport, url: string, protocols: readonly string[], token?: string) {
    const tell = (news: News): void => {
      this.news.push(news)
      this.#check()
    }
    const target = { url, protocols, ...(token !== undefined && { token }) }
    this.connection = transport.open(
      target,
      { opened: () => tell('opened'), received: tell, closed: tell },
      createClock(),
    )
  }

  until(enough: (news: readonly News[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (enough(this.news)) resolve()
      }
      this.#check()
    })
  }

  count(many: number): Promise<void> {
    return this.until(({ length }) => length >= many)
  }
}

const isClosing = (news: News): boolean => typeof news === 'object' && 'code' in news

export function conformance(name: string, open: () => Promise<Stand>): void {
  describe(`${name} is a transport`, () => {
    const stands: Stand[] = []
    afterEach(async () => {
      for (const stand of stands.splice(0)) await stand.close()
    })

    async function linked() {
      const stand = await open()
      stands.push(stand)
      const coming = stand.peer()
      const link = new Watched(stand.transport, stand.url, stand.protocols)
      const peer = await coming
      await link.count(1)
      return { ...stand, link, peer }
    }

    it('says that it is open, once, before anything else', async () => {
      const { link, peer } = await linked()
      peer.send('a')
      await link.count(2)
      expect(link.news).toEqual(['opened', 'a'])
    })

    it('carries text and bytes, both ways, in order', async () => {
      const { link, peer } = await linked()
      const bytes = new Uint8Array([0, 1, 255])
      const packets: Packet[] = ['', 'plain', '☃ 😀 \u2028', bytes, new Uint8Array(70_000).fill(7), 'last']
      for (const packet of packets) {
        link.connection.send(packet)
        peer.send(packet)
      }
      await link.count(1 + packets.length)
      expect(link.news.slice(1)).toEqual(packets)
      peer.send('done')
      await link.count(2 + packets.length)
      expect(peer.got).toEqual(packets)
    })

    it('keeps the order of a thousand', async () => {
      const { link, peer } = await linked()
      const packets = Array.from({ length: 1_000 }, (_, n) => String(n))
      for (const packet of packets) peer.send(packet)
      await link.count(1_001)
      expect(link.news.slice(1)).toEqual(packets)
    })

    it('tells the code and the reason of the end, once, and nothing after it', async () => {
      const { link, peer } = await linked()
      peer.send('before')
      peer.close(4321, 'because ☃')
      await link.until((news) => news.some(isClosing))
      peer.send('after')
      await peer.gone
      expect(link.news).toEqual(['opened', 'before', { code: 4321, reason: 'because ☃', clean: true }])
    })

    it('a connection that breaks is 1006, and not clean', async () => {
      const { link, peer } = await linked()
      peer.cut()
      await link.count(2)
      expect(link.news[1]).toMatchObject({ code: 1006, clean: false })
    })

    it('a dial that fails says closed, once, with 1006', async () => {
      const { transport, nowhere, protocols, url, peer } = await linked()
      const failed = new Watched(transport, nowhere, protocols)
      await failed.count(1)
      // Another link's whole life gives a second word every chance to come.
      const coming = peer
      const other = new Watched(transport, url, protocols)
      await other.count(1)
      coming.cut()
      expect(failed.news).toEqual([expect.objectContaining({ code: 1006 })])
    })

    it.each([1000, 1001, 4408])('is silent after its own close (%d), which the other side hears', async (code) => {
      const { link, peer } = await linked()
      peer.send('late')
      link.connection.close(code, 'x'.repeat(200))
      peer.send('later')
      const { code: heard } = await peer.gone
      expect(heard).toBe(code < 3_000 ? 1000 : code)
      expect(link.news).toEqual(['opened'])
    })

    it('is silent after a close before it was open, and may be closed twice', async () => {
      const { transport, url, protocols, link, peer } = await linked()
      const early = new Watched(transport, url, protocols)
      early.connection.close(1000, '')
      early.connection.close(1000, '')
      peer.send('time passes')
      await link.count(2)
      expect(early.news).toEqual([])
    })

    it('what is sent after the end is nobody’s, and throws nothing', async () => {
      const { link, peer } = await linked()
      peer.close(1000, '')
      await link.count(2)
      expect(() => link.connection.send('late')).not.toThrow()
      expect(typeof link.connection.buffered).toBe('number')
    })
  })
}
