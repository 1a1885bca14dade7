import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import type { Fail } from './invariants.js'

type Frame = ClientFrame<Packed> | ServerFrame<Packed> | ClientFrame | ServerFrame

/** A link over HTTP, as the server knows it. */
interface Known {
  wire: number
  open: boolean
  /** Frames of its client that the machine has heard. */
  heard: number
  /** What the server has said, and how much of it the client has heard. */
  said: string[]
  got: number
}

/** What must hold of links that are made of requests. */
export class RequestInvariants {
  readonly #fail: Fail
  /** By wire: what its client has said. */
  readonly #said = new Map<number, string[]>()
  readonly #links = new Map<number, Known>()

  constructor(fail: Fail) {
    this.#fail = fail
  }

  /** By the client, to its leaf. */
  said(wire: number, frames: readonly Frame[]): void {
    const said = this.#said.get(wire) ?? []
    this.#said.set(wire, said)
    for (const frame of frames) said.push(nameOf(frame))
  }

  opened(link: number, wire: number): void {
    this.#links.set(link, { wire, open: true, heard: 0, said: [], got: 0 })
  }

  closed(link: number): void {
    const known = this.#links.get(link)
    if (known) known.open = false
  }

  /** A life of the server is over, and all its links. */
  crashed(): void {
    for (const known of this.#links.values()) known.open = false
  }

  /** 28: what a client says on a link is heard once and in order, however often the request was said. */
  heardOnce(link: number, frames: readonly Frame[]): void {
    const known = this.#links.get(link)
    if (!known) return
    const said = this.#said.get(known.wire) ?? []
    for (const frame of frames) {
      const next = said[known.heard++]
      if (next !== nameOf(frame)) this.#fail('28 heardOnce', `link ${link}: ${nameOf(frame)} where ${next} is next`)
    }
  }

  /** By the server, to the link's mailbox. */
  answered(link: number, frames: readonly Frame[]): void {
    const known = this.#links.get(link)
    if (known?.open) for (const frame of frames) known.said.push(nameOf(frame))
  }

  /** 29: what the server says on a link reaches its client once and in order, whatever became of the answers. */
  toldOnce(link: number, frames: readonly Frame[]): void {
    const known = this.#links.get(link)
    if (!known) return
    for (const frame of frames) {
      // Said where packets are made.
      if (frame.t === 'large') continue
      const next = known.said[known.got++]
      if (next !== nameOf(frame)) this.#fail('29 toldOnce', `link ${link}: ${nameOf(frame)} where ${next} is next`)
    }
  }

  /** 30: a leaf that keeps nothing more has been heard, or the link is over. */
  nothingIsMissing(link: number): void {
    const known = this.#links.get(link)
    const said = this.#said.get(known?.wire ?? -1)?.length ?? 0
    if (known?.open && known.heard < said)
      this.#fail('30 givenUpIsOver', `link ${link}: ${said - known.heard} frames were never heard`)
  }

  /** 30: no request of a link that the server has is told that there is none. */
  goneIsOver(link: number, reason: string): void {
    if (reason === GONE && this.#links.get(link)?.open) this.#fail('30 givenUpIsOver', `link ${link} is not gone`)
  }
}

/** What a leaf says of a link that the server does not know. */
const GONE = 'the link is gone'

/** What tells frames of one link apart. */
function nameOf(frame: Frame): string {
  const {
    t,
    seq,
    id = '',
    ch = '',
    offset = '',
  } = frame as Partial<Record<'t' | 'ch', string> & Record<'seq' | 'id' | 'offset', number>>
  return `${t} ${ch} ${seq ?? offset} ${id}`
}
