// A transport's user against the real server, with frames made by hand: no client core in between.
import { afterEach } from 'vitest'
import type { HoldfastServer, ServerSettings } from '../../src/server/index.js'
import { createClock } from '../../src/shell/env.js'
import type { Connection, Transport } from '../../src/transports/transport.js'
import type { Closing } from '../../src/wire/close.js'
import { clientCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { serve, type Served } from './server.world.js'

const devices: Device[] = []
const servers: HoldfastServer[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) device.connection.close(1000, '')
  for (const server of servers.splice(0)) await emptied(server)
})

export async function emptied(server: HoldfastServer): Promise<void> {
  while (server.links) await new Promise((resolve) => setImmediate(resolve))
}

/** A server whose links are left one by one before it goes. */
export async function start(settings: ServerSettings = {}): Promise<Served> {
  const served = await serve(settings)
  servers.push(served.server)
  return served
}

/** The transport's user: says frames, and gathers what comes. */
export class Device {
  readonly frames: ServerFrame[] = []
  readonly connection: Connection
  readonly closed: Promise<Closing>
  #look = (): void => undefined

  constructor(transport: Transport, url: string, first: readonly ClientFrame<Packed>[], token?: string) {
    let end: (closing: Closing) => void
    this.closed = new Promise((resolve) => (end = resolve))
    this.connection = transport.open(
      { url, protocols: ['holdfast.1'], ...(token !== undefined && { token }) },
      {
        opened: () => this.say(...first),
        received: (packet) => {
          this.frames.push(...clientCodec.decode(packet))
          this.#look()
        },
        closed: (closing) => end(closing),
      },
      createClock(),
    )
    devices.push(this)
  }

  say(...frames: ClientFrame<Packed>[]): void {
    for (const packet of clientCodec.encode(frames, 16_384)) this.connection.send(packet)
  }

  /** The frames of this type, once there are as many. */
  async next<T extends ServerFrame['t']>(t: T, many = 1): Promise<Extract<ServerFrame, { t: T }>[]> {
    const found = () => this.frames.filter((frame): frame is Extract<ServerFrame, { t: T }> => frame.t === t)
    await new Promise<void>((resolve) => {
      this.#look = () => {
        if (found().length >= many) resolve()
      }
      this.#look()
    })
    return found()
  }
}
