import type { Slice } from '../core/store.js'
import { unpack } from '../wire/body.js'
import { HoldfastError } from '../wire/errors.js'
import type { Entry } from '../wire/frame.js'
import type { Metrics } from './metrics.js'
import { type Check, checkOptions, isWhole } from './options.js'
import { type Published, Publisher, type PublishOptions } from './publish.js'
import type { Settings } from './settings.js'

export interface ReadOptions {
  /** The first offset wanted; what is older than the log begins at its oldest. Default: the oldest. */
  from?: number
  /** Entries at most; 0 asks for the bounds alone. Default 100, most 1,000. There are fewer where the bodies pass 8 MiB. */
  limit?: number
}

/** A part of a channel's log. */
export interface ServerPage {
  /** Of one epoch; offsets of another are others. */
  epoch: string
  /** The first offset that the log holds, and the one that its next entry will have. */
  oldest: number
  next: number
  /** Bodies are JSON values, or `Uint8Array`. */
  entries: Entry[]
}

type OwnerSettings = Pick<Settings, 'store' | 'env' | 'maxPacket' | 'callTimeout'>

/** Bodies of one page together, bytes. */
const PAGE_BYTES = 8_388_608

const isChannel: Check = [
  'a name of 1 to 255 letters',
  (value) => typeof value === 'string' && value.length > 0 && value.length <= 255,
]
const isUser: Check = ['a string up to 4,096', (value) => typeof value === 'string' && value.length <= 4_096]

/** What the server's own code does with channels. */
export class Owner {
  readonly #settings: OwnerSettings
  readonly #metrics: Metrics
  readonly #publisher: Publisher

  /** @param wall ms since 1970. */
  constructor(settings: OwnerSettings, metrics: Metrics, wall: () => number) {
    const { store, env, maxPacket, callTimeout } = settings
    this.#settings = settings
    this.#metrics = metrics
    this.#publisher = new Publisher({
      store: {
        open: (ask) => metrics.time('open', store.open(ask)),
        append: (ask) => metrics.time('append', store.append(ask)),
        sent: (ask) => metrics.time('sent', store.sent(ask)),
        forget: (ask) => metrics.time('forget', store.forget(ask)),
      },
      ...{ env, wall, maxPacket, callTimeout },
    })
  }

  async publish(channel: string, body: unknown, options: PublishOptions): Promise<Published> {
    checkOptions<{ channel: string }>({ channel }, { channel: isChannel })
    checkOptions<Required<PublishOptions>>(options, { from: isUser })
    const published = await this.#publisher.publish(channel, body, options.from ?? '')
    this.#metrics.published++
    return published
  }

  async read(channel: string, options: ReadOptions): Promise<ServerPage> {
    checkOptions<{ channel: string }>({ channel }, { channel: isChannel })
    checkOptions<Required<ReadOptions>>(options, { from: isWhole(0), limit: isWhole(0, 1_000) })
    const { from = 0, limit = 100 } = options
    const { epoch, oldest, next, entries } = await this.#read(channel, from, limit)
    return { epoch, oldest, next, entries: entries.map((entry) => ({ ...entry, body: unpack(entry.body) })) }
  }

  /** All that was to be published is settled. */
  close(): Promise<void> {
    return this.#publisher.close()
  }

  async #read(ch: string, from: number, limit: number): Promise<Slice> {
    const { store, env, callTimeout } = this.#settings
    let cancel = (): void => undefined
    const late = new Promise<never>((_, reject) => {
      cancel = env.timer(() => reject(new Error('no answer within the call timeout')), callTimeout)
    })
    try {
      return await Promise.race([this.#metrics.time('read', store.read({ ch, from, limit, bytes: PAGE_BYTES })), late])
    } catch (cause) {
      throw new HoldfastError('unavailable', 'the store cannot be read now', { cause })
    } finally {
      cancel()
    }
  }
}
