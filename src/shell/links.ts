import type { Connection, Target, Transport, TransportEvents } from '../transports/transport.js'
import type { Closing } from '../wire/close.js'
import { Close } from '../wire/close.js'
import type { Packet } from '../wire/codec.js'
import { FrameError } from '../wire/errors.js'
import type { Env } from './env.js'

/** What happens on a link, by its number. */
export type LinkNews<In> =
  | { on: 'opened'; link: number }
  | { on: 'frames'; link: number; frames: In[] }
  | { on: 'broken'; link: number; error: Error }
  | { on: 'ended'; link: number; closing: Closing }

export interface LinksOptions<Out, In> {
  codec: { encode(frames: readonly Out[], max?: number): Packet[]; decode(packet: Packet): In[] }
  /** The best first. */
  transports: readonly Transport[]
  /** Where to: asked once for each race. */
  target: () => Promise<Target>
  env: Pick<Env, 'now' | 'timer' | 'defer'>
  feed: (news: LinkNews<In>) => void
  /** A frame could not be encoded. */
  report: (error: Error) => void
}

/** No server has reason to send more in one piece; bytes, or UTF-16 units of text. */
const MAX_PACKET = 2 ** 24

interface Held<Out> {
  connection?: Connection
  /** Written in the task now running: they leave together. */
  frames: Out[]
  /** The largest packet the other side takes, bytes. */
  max: number
}

/** The numbered connections: frames out as packets, packets in as frames. It dials what it is told and decides nothing. */
export class Links<Out, In> {
  readonly #options: LinksOptions<Out, In>
  readonly #held = new Map<number, Held<Out>>()
  #target: Promise<Target> | undefined

  constructor(options: LinksOptions<Out, In>) {
    this.#options = options
  }

  /** @param fresh asks where to; otherwise it is where the one before went. */
  open(link: number, rung = 0, fresh = true): void {
    this.#held.set(link, { frames: [], max: Infinity })
    if (fresh) this.#target = undefined
    this.#target ??= this.#options.target()
    this.#target
      .then((target) => {
        this.#dial(link, rung, target)
      })
      .catch((error: unknown) => {
        const cause = error instanceof Error ? error : new Error(String(error))
        this.#ended(link, { code: Close.abnormal, reason: `could not dial: ${cause.message}`, error: cause })
      })
  }

  write(link: number, frames: readonly Out[]): void {
    const held = this.#held.get(link)
    if (!held) return
    if (!held.frames.length) {
      this.#options.env.defer(() => {
        this.#flush(held)
      })
    }
    held.frames.push(...frames)
  }

  limit(link: number, max: number): void {
    const held = this.#held.get(link)
    if (held) held.max = max
  }

  /** Closes it and hears no more of it. */
  drop(link: number, { code, reason }: Closing): void {
    const held = this.#held.get(link)
    if (!held) return
    this.#held.delete(link)
    this.#flush(held)
    held.connection?.close(code, reason)
  }

  /** A provider may have taken its time: the link may be gone when it answers. */
  #dial(link: number, rung: number, target: Target): void {
    const held = this.#held.get(link)
    const { transports, codec, feed, env } = this.#options
    const transport = transports[rung]
    if (!held || !transport) return
    // After a drop the transport is silent, and what is said of a link by then is no news to the core.
    const on: TransportEvents = {
      opened() {
        feed({ on: 'opened', link })
      },
      received(packet) {
        let news: LinkNews<In>
        try {
          if (packet.length > MAX_PACKET) throw new FrameError('too-big', `a packet of ${packet.length} bytes`)
          news = { on: 'frames', link, frames: codec.decode(packet) }
        } catch (error) {
          news = { on: 'broken', link, error: error as Error }
        }
        feed(news)
      },
      closed: (closing) => {
        this.#ended(link, closing)
      },
    }
    held.connection = transport.open(target, on, env)
  }

  #ended(link: number, closing: Closing): void {
    if (this.#held.delete(link)) this.#options.feed({ on: 'ended', link, closing })
  }

  #flush(held: Held<Out>): void {
    const { frames, connection, max } = held
    held.frames = []
    if (!connection || !frames.length) return
    for (const packet of this.#encode(frames, max)) connection.send(packet)
  }

  /** A frame that cannot be said takes no other with it. */
  #encode(frames: readonly Out[], max: number): Packet[] {
    const { codec, report } = this.#options
    try {
      return codec.encode(frames, max)
    } catch (error) {
      if (frames.length > 1) return frames.flatMap((frame) => this.#encode([frame], max))
      report(error as Error)
      return []
    }
  }
}
