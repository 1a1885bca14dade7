// A client core with several transports, and what it decides in words that say which link they are for.
import type { ClientInput, ClientOutput } from '../../src/core/client.js'
import type { Closing } from '../../src/wire/close.js'
import type { ServerFrame } from '../../src/wire/frame.js'
import { type BenchOptions, ClientBench, welcome, words } from './client-core.js'
import { cut } from './link.js'

export const pong: ServerFrame = { t: 'pong', id: 0 }
export const replaced: Closing = { code: 4409, reason: 'replaced' }

/** A client with three transports, 500 ms apart; its words say which link they are for. */
export class RaceBench extends ClientBench {
  constructor(options: BenchOptions = {}) {
    super({ ladder: { rungs: 3, first: 0, stagger: 500 }, ...options })
  }

  override feed(input: ClientInput<string>, at?: number): string[] {
    return this.raw(input, at).map(numbered)
  }

  connect(): this {
    this.feed({ on: 'connect' })
    return this
  }

  opened(link: number): string[] {
    return this.feed({ on: 'opened', link })
  }

  ended(link: number, closing: Closing = cut): string[] {
    return this.feed({ on: 'ended', link, closing })
  }

  says(link: number, ...frames: ServerFrame[]): string[] {
    return this.feed({ on: 'frames', link, frames })
  }

  /** Link 2 serves, on transport 1; 0 was refused. */
  lower(): this {
    this.connect()
    this.ended(1)
    this.opened(2)
    this.says(2, welcome)
    return this
  }

  /** Link 3 climbs to transport 0, and is open. */
  climbing(): this {
    this.lower()
    this.until(750)
    this.opened(3)
    return this
  }

  /** It has said hello. */
  moving(): this {
    this.climbing()
    this.says(3, pong)
    return this
  }
}

function numbered(output: ClientOutput<string>): string {
  const [said = ''] = words([output])
  if (output.do === 'write') return said.replace('write', `${String(output.link)}<`)
  return output.do === 'drop' ? said.replace('drop', `drop ${String(output.link)}:`) : said
}
