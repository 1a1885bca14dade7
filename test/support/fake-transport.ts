// A client over a transport, a clock and a page in the test's hand.
import { type Client, createClient, type CreateClientOptions } from '../../src/index.js'
import type { Target, Transport, TransportEvents } from '../../src/transports/transport.js'
import { type Packet, serverCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Packed, ServerFrame, Welcome } from '../../src/wire/frame.js'
import { answers, FakeEnv, FakePage } from '../socket/fakes.js'
import { welcome } from './client-core.js'

/** One dial, and all that was done with it. */
export class FakeConnection {
  readonly packets: Packet[] = []
  readonly closes: [code: number, reason: string][] = []
  readonly target: Target
  readonly #on: TransportEvents

  constructor(target: Target, on: TransportEvents) {
    this.target = target
    this.#on = on
  }

  /** All frames said so far. */
  get frames(): ClientFrame[] {
    return this.packets.flatMap((packet) => serverCodec.decode(packet))
  }

  opened(): this {
    this.#on.opened()
    return this
  }

  accept(terms: Partial<Welcome> = {}): this {
    this.opened()
    return this.hear({ ...welcome, ...terms })
  }

  hear(...frames: ServerFrame<Packed>[]): this {
    for (const packet of serverCodec.encode(frames)) this.#on.received(packet)
    return this
  }

  /** Whatever the other side might say. */
  say(packet: Packet): void {
    this.#on.received(packet)
  }

  end(code = 1006, reason = ''): void {
    this.#on.closed({ code, reason })
  }
}

export class FakeTransport implements Transport {
  readonly name: string
  readonly dials: FakeConnection[] = []

  constructor(name = 'fake') {
    this.name = name
  }

  open(target: Target, on: TransportEvents) {
    const connection = new FakeConnection(target, on)
    this.dials.push(connection)
    return {
      send: (packet: Packet) => connection.packets.push(packet),
      close: (code: number, reason: string) => connection.closes.push([code, reason]),
      buffered: 0,
    }
  }

  get last(): FakeConnection {
    const last = this.dials.at(-1)
    if (!last) throw new Error('nothing was dialled')
    return last
  }
}

export interface Rig {
  client: Client
  transport: FakeTransport
  env: FakeEnv
  page: FakePage
}

/** A client that has dialled. Names are n1, n2 …: the client is n1, its key n2. */
export async function dialled(options: Partial<CreateClientOptions> = {}): Promise<Rig> {
  const transport = new FakeTransport()
  const env = new FakeEnv()
  const page = new FakePage()
  let names = 0
  const { now, timer, random } = env
  const id = () => `n${String(++names)}`
  const client = createClient({
    url: 'ws://fake/',
    transports: [transport],
    memory: false,
    page,
    ...options,
    env: { now, timer, random, id, ...options.env },
  })
  await answers()
  return { client, transport, env, page }
}

/** A client that is welcome. */
export async function online(options?: Partial<CreateClientOptions>): Promise<Rig> {
  const rig = await dialled(options)
  rig.transport.last.accept()
  await answers()
  rig.transport.last.packets.length = 0
  return rig
}
