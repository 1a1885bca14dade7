import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundle, type Program } from '../support/bundle.js'
import { RedisServer, withRedis } from '../support/redis.js'
import { clientOf, Ear, later, leaveAll, range, when } from '../support/servers.js'
import { Dice } from '../sim/dice.js'

const KILLS = 20
const MESSAGES = 10_000

let cli: Program | undefined
beforeAll(async () => {
  cli = await bundle('src/server/cli.ts')
})
afterAll(() => cli?.remove())
afterEach(leaveAll)

/** The command's server over a store that survives it: each that dies is followed by another. */
class Command {
  port = 0
  kills = 0
  #child: ChildProcess | undefined
  #stopped = false
  readonly #store: string

  constructor(store: string) {
    this.#store = store
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    if (this.#stopped) return
    const flags = ['--port', '0', '--log-level', 'silent', '--store', this.#store]
    const child = spawn(process.execPath, [cli?.file ?? '', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    child.once('exit', () => void this.start())
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    this.port = Number(/:(\d+)\/realtime$/.exec(line)?.[1])
  }

  /** Without a word, wherever it is in its work. */
  kill(): void {
    if (this.#child?.kill('SIGKILL')) this.kills++
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

const stores = [
  {
    name: 'a file',
    open: () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-kill-'))
      later(() => rmSync(folder, { recursive: true, force: true }))
      return Promise.resolve(`file:${join(folder, 'data')}`)
    },
  },
  ...(withRedis
    ? [
        {
          name: 'Redis',
          open: async () => {
            const redis = await RedisServer.open('none')
            later(() => redis.stop())
            return redis.url
          },
        },
      ]
    : []),
]

describe.each(stores.map((store, at) => ({ ...store, seed: at + 1 })))('a server over $name', ({ open, seed }) => {
  it(`that is killed ${KILLS} times in the midst of ${MESSAGES} messages: what is accepted is delivered, once, in order`, async () => {
    const dice = new Dice(seed)
    const server = new Command(await open())
    later(() => server.stop())
    await server.start()
    const port = () => server.port
    const [ada, ben] = [clientOf(port), clientOf(port)]
    const ear = new Ear(ben)
    await Promise.all([when(ada, 'online'), when(ben, 'online')])
    // A moment is so many messages after the last one: the writing of the next ones is under way by then.
    let left = dice.int(1, MESSAGES / KILLS)
    const accepted: (string | undefined)[] = []
    const sent = range(0, MESSAGES).map((n) => ada.channel('room').send(n))
    await Promise.all(
      sent.map(async (message) => {
        await message.accepted
        accepted.push(message.id)
        if (--left > 0 || server.kills === KILLS) return
        server.kill()
        left = dice.int(1, MESSAGES / KILLS)
      }),
    )
    await ear.count(MESSAGES)
    expect(server.kills).toBe(KILLS)
    expect(accepted).toHaveLength(MESSAGES)
    expect(ear.heard.map(({ id }) => id)).toEqual(sent.map(({ id }) => id))
    expect(ear.of(ada)).toEqual(range(0, MESSAGES))
    // Each entry of the log: so nothing is in it twice either.
    expect(ear.heard.map(({ offset }) => offset)).toEqual(range(1, MESSAGES + 1))
    expect(ear.gaps).toEqual([])
  }, 120_000)
})
