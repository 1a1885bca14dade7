import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../../src/index.js'
import { MemoryStore } from '../../src/server/index.js'
import { bundle, type Program } from '../support/bundle.js'
import { shareStore, type Witness } from '../support/ipc-store.js'
import { rungs } from '../support/rungs.js'
import { clientOf, Ear, later, leaveAll, next, range, when } from '../support/servers.js'
import { Dice } from '../sim/dice.js'

const programs: Partial<Record<'child' | 'cli', Program>> = {}

beforeAll(async () => {
  programs.child = await bundle('test/support/server-child.ts')
  programs.cli = await bundle('src/server/cli.ts')
})
afterAll(() => {
  for (const program of Object.values(programs)) program.remove()
})
afterEach(leaveAll)

const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

async function end(child: ChildProcess): Promise<void> {
  if (isOver(child)) return
  const over = once(child, 'exit')
  child.kill('SIGKILL')
  await over
}

/** Server processes over one store, one after the other. */
class Processes {
  readonly store = new MemoryStore()
  port = 0
  child: ChildProcess | undefined
  kills = 0
  #stopped = false

  /** Resolves when the first one listens; each that dies is followed by another. */
  async start(witness: Witness): Promise<void> {
    if (this.#stopped) return
    const child = fork(programs.child?.file ?? '', { serialization: 'advanced', execArgv: [] })
    this.child = child
    shareStore(this.store, child, witness)
    child.once('exit', () => void this.start(witness))
    this.port = await new Promise<number>((resolve) => {
      child.on('message', ({ port }: { port?: number }) => port !== undefined && resolve(port))
      child.once('exit', () => resolve(0))
    })
  }

  kill(): void {
    // What the dying have said is still heard; it kills nobody twice.
    if (!this.child?.killed && this.child?.kill('SIGKILL')) this.kills++
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.child) await end(this.child)
  }
}

describe.each(rungs.map((rung, at) => ({ ...rung, seed: at + 1 })))('SIGKILL, over $name,', ({ over, seed }) => {
  it('ten times in the midst of 2,000 messages: what is accepted is delivered, once, in order', async () => {
    const dice = new Dice(seed)
    const servers = new Processes()
    later(() => servers.stop())
    // The moment is counted in appends, before the store has taken one or after, so that a seed says it all.
    let left = dice.int(3, 10)
    let moment: 'before' | 'after' = 'before'
    await servers.start((name, at) => {
      if (name !== 'append' || servers.kills === 10 || at !== moment || --left > 0) return undefined
      servers.kill()
      left = dice.int(3, 10)
      moment = dice.chance(0.5) ? 'before' : 'after'
      return 'lost'
    })
    const port = () => servers.port
    const [ada, ben] = [
      clientOf(port, { transports: [over()], outbox: { window: 16 } }),
      clientOf(port, { transports: [over()] }),
    ]
    const ear = new Ear(ben)
    await Promise.all([when(ada, 'online'), when(ben, 'online')])
    const sent = range(0, 2_000).map((n) => ada.channel('room').send(n))
    const accepted = await Promise.all(sent.map(async (message) => (await message.accepted).id))
    await ear.count(accepted.length)
    expect(servers.kills).toBe(10)
    expect(ear.heard.map(({ id }) => id)).toEqual(accepted)
    expect(ear.of(ada)).toEqual(range(0, 2_000))
    // Each entry of the log: so nothing is in it twice either.
    expect(ear.heard.map(({ offset }) => offset)).toEqual(range(1, 2_001))
    expect(ear.gaps).toEqual([])
    expect(ada.stats().reconnects).toBeGreaterThanOrEqual(10)
  })
})

/** The command line's server, once it listens. */
async function holdfast(...flags: string[]): Promise<{ child: ChildProcess; port: number; said: string[] }> {
  const child = spawn(process.execPath, [programs.cli?.file ?? '', '--log-level', 'silent', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  later(() => end(child))
  const said: string[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => said.push(line))
  await once(lines, 'line')
  return { child, port: Number(/:(\d+)\/realtime$/.exec(said[0] ?? '')?.[1]), said }
}

describe.each(rungs)('SIGTERM, over $name,', ({ over }) => {
  it('of the command: clients are told when to come back, it ends with 0, and nothing is lost', async () => {
    let server = await holdfast('--port', '0', '--drain', '100')
    const port = () => server.port
    const [ada, ben] = [0, 1].map(() => clientOf(port, { transports: [over()] })) as [Client, Client]
    const ear = new Ear(ben)
    const first = range(0, 200).map((n) => ada.channel('room').send(n))
    await Promise.all(first.map(({ accepted }) => accepted))
    await ear.count(200)
    const gone = once(server.child, 'exit')
    const told = [next(ada, 'retry'), next(ben, 'retry')]
    server.child.kill('SIGTERM')
    for (const { reason, delay } of await Promise.all(told)) {
      expect(reason).toBe('the server asks to come back later')
      expect(delay).toBeGreaterThanOrEqual(1_000)
    }
    const second = range(200, 400).map((n) => ada.channel('room').send(n))
    expect(await gone).toEqual([0, null])
    expect(server.said.at(-1)).toBe('holdfast sends its clients away and stops')
    server = await holdfast('--port', '0')
    await Promise.all(second.map(({ accepted }) => accepted))
    await ear.count(400)
    expect(ear.of(ada)).toEqual(range(0, 400))
  })
})
