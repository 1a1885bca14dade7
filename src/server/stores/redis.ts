import { randomBytes } from 'node:crypto'
import type { AppendAsk, Appended, Change, Cursor, CursorAsk, ForgetAsk, KeepAsk } from '../../core/store.js'
import type { MembersAsk, NotifyAsk, OpenAsk, Opened, Place, ReadAsk } from '../../core/store.js'
import type { Roster, SeenAsk, SentAsk, Slice, Store } from '../../core/store.js'
import { boundsOf, changeOf, cursorOf, draftOf, entryOf, fateOf, hashOf } from './redis/codec.js'
import { listOf, memberFrom, nameOf, placeOf, type Reply, stringOf, textOf } from './redis/codec.js'
import { connectTo } from './redis/connect.js'
import { Ear } from './redis/ear.js'
import { Line } from './redis/line.js'
import { look } from './redis/look.js'
import { type ScriptName, scriptsFor } from './redis/scripts.js'
import { limitsOf, type RedisSettings, type RedisStoreOptions, settle } from './redis/settings.js'
import { Watchers } from './watchers.js'

export type { RedisStoreOptions } from './redis/settings.js'

/** Devices in one step: the more, the longer others wait. */
const DEVICES = 200

/**
 * A store in Redis 7 or newer, for any number of nodes; not in a Redis Cluster. What it answers is as safe as Redis
 * keeps it (`appendonly`, `appendfsync`). A Redis that may have lost some of it has another epoch.
 */
export class RedisStore implements Store {
  readonly #settings: RedisSettings
  readonly #line: Line
  readonly #ear: Ear
  readonly #scripts
  readonly #watchers = new Watchers()

  /**
   * Resolves when Redis is reached; rejects when it cannot be, or will not do (`store-unreachable`). From then on it is
   * reached again by itself, and what is asked meanwhile rejects.
   * @param url `redis://` or `rediss://`, as `ioredis` takes it
   */
  static async open(url: string, options: RedisStoreOptions = {}): Promise<RedisStore> {
    const settings = settle(options)
    const connect = await connectTo(url, settings)
    const store = new RedisStore(settings, connect)
    try {
      await store.#line.connect()
      await store.#ear.connect()
    } catch (error) {
      await store.close()
      throw error
    }
    return store
  }

  private constructor(settings: RedisSettings, connect: Awaited<ReturnType<typeof connectTo>>) {
    this.#settings = settings
    this.#scripts = scriptsFor(settings.prefix, limitsOf(settings))
    this.#line = new Line(connect(), (redis) => look(redis, this.#scripts, this.#head()))
    this.#ear = new Ear(connect(), settings.timeout / 2)
  }

  async open({ client, key, user, acked }: OpenAsk): Promise<Opened> {
    const reply = listOf(await this.#run('open', [nameOf(client), hashOf(key), nameOf(user), String(acked)]))
    const is = stringOf(reply[0])
    if (is === 'taken' || is === 'left') return { is }
    return { is: 'open', seq: Number(stringOf(reply[1])), known: reply[2] === 1 }
  }

  async append({ client, records }: AppendAsk): Promise<Appended> {
    const drafts = records.flatMap(draftOf)
    const [is, seq, ...fates] = listOf(await this.#run('append', [nameOf(client), ...drafts]))
    if (stringOf(is) === 'unknown') return { is: 'unknown' }
    const decided = records.map((record, at) => fateOf(fates[at] ?? null, record))
    return { is: 'done', seq: Number(stringOf(seq)), fates: decided }
  }

  async read({ ch, from, limit, bytes }: ReadAsk): Promise<Slice> {
    const wanted = [from, limit, bytes].map(String)
    const [epoch = null, oldest = null, next = null, ...entries] = listOf(
      await this.#run('read', [nameOf(ch), ...wanted]),
    )
    return { ...boundsOf([epoch, oldest, next]), entries: entries.map(entryOf) }
  }

  async sent({ client, from }: SentAsk): Promise<readonly Place[]> {
    return listOf(await this.#run('sent', [nameOf(client), String(from)])).map(placeOf)
  }

  async cursor({ client, ch }: CursorAsk): Promise<Cursor | undefined> {
    const reply = await this.#run('cursor', [nameOf(client), nameOf(ch)])
    return reply === null ? undefined : cursorOf(reply)
  }

  async keep({ client, ch, cursor }: KeepAsk): Promise<void> {
    const { epoch, since, offset, time } = cursor
    await this.#run('keep', [nameOf(client), nameOf(ch), nameOf(epoch), ...[since, offset, time].map(String)])
  }

  async leave({ client, ch }: CursorAsk): Promise<void> {
    await this.#run('leave', [nameOf(client), nameOf(ch)])
  }

  async forget({ client, below }: ForgetAsk): Promise<void> {
    await this.#run('forget', [nameOf(client), below === Infinity ? 'inf' : String(below)])
  }

  async members({ ch }: MembersAsk): Promise<Roster> {
    const reply = listOf(await this.#run('members', [nameOf(ch)]))
    const past = reply[3] === null ? '' : stringOf(reply[3])
    const members = reply.slice(4).map((one) => memberFrom(listOf(one).map(stringOf)))
    return { ...boundsOf(reply), members, ...(past && { past: memberFrom(JSON.parse(past) as string[]) }) }
  }

  async seen({ devices }: SeenAsk): Promise<void> {
    const steps: Promise<unknown>[] = []
    for (let start = 0; start < devices.length; start += DEVICES) {
      const some = devices.slice(start, start + DEVICES)
      const said = some.flatMap(({ client, presence, seenAt }) => [nameOf(client), presence, String(seenAt)])
      steps.push(this.#run('seen', said))
    }
    await Promise.all(steps)
  }

  watch(onChange: (change: Change) => void): () => void {
    return this.#watchers.add(onChange)
  }

  follow(ch: string, wanted: boolean): void {
    const topic = `${this.#settings.prefix}t:${nameOf(ch)}`
    if (!wanted) {
      this.#ear.ignore(topic)
      return
    }
    this.#ear.listen(topic, {
      onText: (news) => this.#watchers.tell(changeOf(ch, news)),
      onHeard: () => this.#watchers.tell({ is: 'unsure', ch }),
    })
  }

  async notify({ node, note }: NotifyAsk): Promise<void> {
    await this.#line.publish(this.#nodeTopic(node), nameOf(note))
  }

  listen(node: string, onNote: (note: string) => void): () => void {
    const topic = this.#nodeTopic(node)
    this.#ear.listen(topic, { onText: (note) => onNote(textOf(note)) })
    return () => this.#ear.ignore(topic)
  }

  close(): Promise<void> {
    this.#line.close()
    this.#ear.close()
    return Promise.resolve()
  }

  #nodeTopic(node: string): string {
    return `${this.#settings.prefix}n:${nameOf(node)}`
  }

  /** What every script is told first: the time, and a name that nothing has. */
  #head(): string[] {
    return [String(this.#settings.now()), randomBytes(9).toString('base64url')]
  }

  #run(name: ScriptName, args: readonly (string | Buffer)[]): Promise<Reply> {
    return this.#line.run(this.#scripts[name], [...this.#head(), ...args])
  }
}
