// A link machine with its clock in the test's hand: time moves only by going from deadline to deadline.
import { Link, type LinkInput, type LinkOptions, type LinkOutput, type LinkState } from '../../src/core/link.js'
import { Rtt } from '../../src/core/rtt.js'

export const cut = { code: 1006, reason: 'cut' }
export const CLOSE = { on: 'close', code: 1000, reason: 'bye' } as const

/** The numbers the house starts from; the dice always show one half. */
export const defaults = (): LinkOptions => ({
  backoff: { base: 500, cap: 20_000, factor: 2, floor: 0 },
  heartbeat: { interval: 15_000, timeout: 5_000, retries: 1 },
  connectTimeout: 10_000,
  stableAfter: 5_000,
  maxRetries: Infinity,
  closeTimeout: 3_000,
  greets: true,
  isFatal: ({ code }) => code === 4403,
  random: () => 0.5,
  rtt: new Rtt(),
})

export class LinkBench {
  readonly link: Link
  readonly options: LinkOptions
  now = 0

  constructor(options: Partial<LinkOptions> = {}) {
    this.options = { ...defaults(), ...options }
    this.link = new Link(this.options)
  }

  get is(): LinkState['is'] {
    return this.link.state.is
  }

  /** The number of the link that is now in use, or of the last one. */
  current = 0

  feed(input: LinkInput, at = this.now): LinkOutput[] {
    this.now = at
    const outputs = this.link.handle(input, at)
    for (const output of outputs) if (output.do === 'open') this.current = output.link
    return outputs
  }

  /** Goes to each deadline on the way, and lets it pass; says when what came out. */
  until(end: number): [at: number, ...LinkOutput[]][] {
    const told: [number, ...LinkOutput[]][] = []
    for (let steps = 0; this.link.deadline <= end; steps++) {
      if (steps > 1_000) throw new Error(`a livelock at ${String(this.now)}`)
      const outputs = this.feed({ on: 'tick' }, Math.max(this.now, this.link.deadline))
      if (outputs.length) told.push([this.now, ...outputs])
    }
    this.now = end
    return told
  }

  /** One late tick, as after a sleep: the deadlines on the way passed unseen. */
  sleepUntil(at: number): LinkOutput[] {
    return this.feed({ on: 'tick' }, at)
  }

  connect(): this {
    this.feed({ on: 'connect' })
    return this
  }

  up(idle = 60_000): this {
    if (this.is === 'idle') this.connect()
    this.feed({ on: 'opened', link: this.current })
    if (this.options.greets) this.feed({ on: 'welcomed', link: this.current, idle })
    return this
  }

  hear(at = this.now, pong = false): this {
    this.feed({ on: 'heard', link: this.current, pong }, at)
    return this
  }

  end(closing: { code: number; reason: string; retryAfter?: number } = cut, at = this.now): LinkOutput[] {
    return this.feed({ on: 'ended', link: this.current, closing }, at)
  }
}

/** What to do in words: `ping`, `open 2`, `retry 250`, `drop 4408`. */
export const words = (outputs: readonly LinkOutput[]): string[] =>
  outputs.map((output) => {
    switch (output.do) {
      case 'open':
        return `open ${String(output.link)}`
      case 'ping':
        return 'ping'
      case 'hangup':
        return `hangup ${String(output.code)}`
      case 'retry':
        return `retry ${String(output.delay)}`
      case 'drop':
      case 'ended':
        return `${output.do} ${String(output.closing.code)}`
    }
  })
