// One client's network: what it dials, what happens to its links, and a box that looks at its HTTP, where there is one.
import { FaultProxy } from '../support/proxy.js'
import { HostileBox, type Mood } from '../support/hostile-box.js'
import type { Passes } from './scenario.js'

const moods: Record<Passes, Mood> = {
  everything: { upgrade: 'pass' },
  'no WebSocket': { upgrade: 'refuse' },
  'polls alone': { upgrade: 'refuse', streams: 'keep' },
}

export class Wire {
  readonly proxy: FaultProxy
  /** Whether the name of the server is known. */
  named = true
  readonly #box: HostileBox | undefined
  readonly #path: string

  private constructor(proxy: FaultProxy, box: HostileBox | undefined, path: string) {
    this.proxy = proxy
    this.#box = box
    this.#path = path
  }

  /** @param target gives the port to go to, asked for each link; with a box, once. */
  static async open(target: () => number, boxed: boolean, path = '/realtime'): Promise<Wire> {
    const box = boxed ? await HostileBox.start(target(), moods.everything) : undefined
    return new Wire(await FaultProxy.open(box ? () => box.port : target), box, path)
  }

  /** Names under `.invalid` are nobody's, ever (RFC 6761). */
  get url(): string {
    return `http://${this.named ? '127.0.0.1' : 'nowhere.invalid'}:${this.proxy.port}${this.#path}`
  }

  /** Cuts what the box carries. */
  let(passes: Passes): void {
    this.#box?.become(moods[passes])
  }

  async close(): Promise<void> {
    await this.proxy.close()
    await this.#box?.stop()
  }
}
