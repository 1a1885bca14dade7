// What every transport must do (src/transports/transport.ts), whatever it is made of.
import type { Transport } from '../transports/transport.js'
import type { Closing } from '../wire/close.js'
import type { Packet } from '../wire/codec.js'
import { same, show, Watched, within } from './watched.js'

/** One link as the other side sees it. */
export interface Peer {
  /** What came, in order. */
  readonly got: Packet[]
  send(packet: Packet): void
  /** Ends the link from there, with a code and a reason that the transport has to tell. */
  close(code: number, reason: string): void
  /** The connection breaks: no goodbye. */
  cut(): void
  /** Resolves when the link is gone, with the code that the other side said. */
  readonly gone: Promise<{ code: number; reason: string }>
}

/** A transport, and a server on which it can be tried. */
export interface Stand {
  /** What is tried. */
  transport: Transport
  /** Where the server is: what `Target.url` may be. */
  url: string
  /** Names of the subprotocol that the server takes. */
  protocols: readonly string[]
  /** The next one who comes in; asked before the transport dials. */
  peer(): Promise<Peer>
  /** An address where nobody answers. */
  nowhere: string
  /** Ends everything that the stand has started. */
  close(): Promise<void>
}

/** One rule of the contract, tried. */
export interface TransportCase {
  name: string
  /** Throws where the transport does not keep to it. Opens a stand of its own, and closes it. */
  run(): Promise<void>
}

interface Linked {
  stand: Stand
  link: Watched
  far: Peer
}

type Rule = (linked: Linked) => Promise<void>

/**
 * Every rule of the contract of transports as a case that throws: for any test runner, or none.
 *
 *     for (const { name, run } of transportCases(openStand)) it(name, run)
 *
 * Time is real: a case waits for what has to come, and throws after ten seconds.
 *
 * @param open makes a new stand; called once a case.
 */
export function transportCases(open: () => Promise<Stand>): TransportCase[] {
  return Object.entries(rules).map(([name, rule]) => ({
    name,
    async run() {
      const stand = await open()
      try {
        const coming = stand.peer()
        const link = new Watched(stand.transport, stand.url, stand.protocols)
        await link.count(1)
        await rule({ stand, link, far: await within(coming, () => 'nobody came in') })
      } finally {
        await stand.close()
      }
    },
  }))
}

const rules: Record<string, Rule> = {
  async 'says that it is open, once, before anything else'({ link, far }) {
    far.send('a')
    await link.count(2)
    same(link.news, ['opened', 'a'])
  },

  async 'takes packets from the moment it is open'({ stand }) {
    const coming = stand.peer()
    const link = new Watched(stand.transport, stand.url, stand.protocols, undefined, (open) => open.send('first'))
    const far = await within(coming, () => 'nobody came in')
    await link.count(1)
    link.connection.send('second')
    await heard(far, 2)
    same(far.got, ['first', 'second'])
  },

  async 'carries text and bytes, both ways, in order'({ link, far }) {
    const part = new Uint8Array([9, 9, 0, 1, 255, 9]).subarray(2, 5)
    const odd = ['', ' ', 'plain', '☃ 😀 \u2028', '\uFEFF', '"', '!', '#', '#{"code":1000}', 'a\nb\r\nc\r', '\n']
    const packets: Packet[] = [...odd, part, new Uint8Array(), new Uint8Array(70_000).fill(7), 'last']
    for (const packet of packets) {
      link.connection.send(packet)
      far.send(packet)
    }
    await link.count(1 + packets.length)
    same(link.news.slice(1), packets)
    await heard(far, packets.length)
    same(far.got, packets)
  },

  async 'keeps the order of a thousand, both ways'({ link, far }) {
    const packets = Array.from({ length: 1_000 }, (_, n) => String(n))
    for (const packet of packets) {
      far.send(packet)
      link.connection.send(packet)
    }
    await link.count(1 + packets.length)
    same(link.news.slice(1), packets)
    await heard(far, packets.length)
    same(far.got, packets)
  },

  async 'tells the code and the reason of the end, once, and nothing after it'({ link, far }) {
    far.send('before')
    far.close(4321, 'because ☃')
    await link.ended()
    far.send('after')
    await within(far.gone, () => 'the far end is still there')
    same(plain(link), ['opened', 'before', { code: 4321, reason: 'because ☃', clean: true }])
  },

  async 'says of a connection that breaks: 1006, and not clean'({ link, far }) {
    far.cut()
    await link.ended()
    same(codes(link), ['opened', 1006])
    same((link.news.at(-1) as Closing).clean, false)
  },

  async 'says of a dial that fails: closed, once, with 1006'({ stand }) {
    const failed = new Watched(stand.transport, stand.nowhere, stand.protocols)
    await failed.ended()
    // Another link's whole life gives a second word every chance to come.
    const coming = stand.peer()
    const other = new Watched(stand.transport, stand.url, stand.protocols)
    const far = await within(coming, () => 'nobody came in')
    far.cut()
    await other.ended()
    const said = codes(failed).filter((news) => news !== 'opened')
    same(said, [1006])
  },

  ...Object.fromEntries([1000, 1001, 4408].map((code) => [`is silent after its own close (${code})`, closes(code)])),

  async 'is silent after a close before it was open, and may be closed twice'({ stand, link, far }) {
    const early = new Watched(stand.transport, stand.url, stand.protocols)
    early.connection.close(1000, '')
    early.connection.close(1000, '')
    // What another link does meanwhile gives it every chance to speak.
    await new Watched(stand.transport, stand.url, stand.protocols).count(1)
    far.send('time passes')
    await link.count(2)
    same(early.news, [])
  },

  async 'delivers what was sent before the close'({ link, far }) {
    await up(link, far)
    link.connection.send('bye')
    link.connection.close(1000, '')
    await within(far.gone, () => 'the far end is still there')
    same(far.got, ['bye'])
  },

  async 'throws nothing at what is sent after the end, which is nobody’s'({ link, far }) {
    far.close(1000, '')
    await link.ended()
    link.connection.send('late')
    same(typeof link.connection.buffered, 'number')
  },
}

/** The far end hears of it: 1000 where the code is one of the protocol’s own. */
function closes(code: number): Rule {
  return async ({ link, far }) => {
    await up(link, far)
    far.send('late')
    link.connection.close(code, 'x'.repeat(200))
    far.send('later')
    const gone = await within(far.gone, () => 'the far end is still there')
    same(gone.code, code < 3_000 ? 1000 : code)
    same(link.news, ['opened', 'up'])
  }
}

/** A link that takes packets need not have reached anybody; this one has. */
async function up(link: Watched, far: Peer): Promise<void> {
  far.send('up')
  await link.count(2)
}

/** Asked again and again, for a far end does not tell when something comes. */
async function heard(far: Peer, many: number): Promise<void> {
  let over = false
  const look = async (): Promise<void> => {
    while (far.got.length < many && !over) await new Promise((done) => setTimeout(done, 1))
  }
  await within(look(), () => `the far end got ${show(far.got)}`).finally(() => (over = true))
}

/** Closings reduced to what the contract names. */
const plain = ({ news }: Watched): unknown[] =>
  news.map((one) =>
    typeof one === 'object' && 'code' in one ? { code: one.code, reason: one.reason, clean: one.clean } : one,
  )

const codes = ({ news }: Watched): unknown[] =>
  news.map((one) => (typeof one === 'object' && 'code' in one ? one.code : one))
