// Several server processes that share a store: what a cluster is tried with. Another store has a function of its own here.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { MemoryStore } from '../../src/server/index.js'
import { bundle, type Program } from './bundle.js'
import { shareStore } from './ipc-store.js'
import { RedisServer } from './redis.js'

export interface Nodes {
  /** Where each listens. */
  readonly ports: readonly number[]
  /** Without a word; resolves when it is gone. */
  kill(at: number): Promise<void>
  /** Another process in the place of one that was killed. */
  restart(at: number): Promise<void>
  stop(): Promise<void>
}

export type StartNodes = (many: number) => Promise<Nodes>

/** Over a memory store that lives in this process, and is reached over a local socket each. */
export const overMemory: StartNodes = async (many) => {
  const store = new MemoryStore()
  const program = await bundle('test/support/server-child.ts')
  return started(many, new Processes(program, { serve: (child) => shareStore(store, child, () => undefined) }))
}

/** Over a Redis of their own. */
export const overRedis: StartNodes = async (many) => {
  const redis = await RedisServer.open('everysec')
  const program = await bundle('test/support/server-child.ts')
  return started(many, new Processes(program, { env: { STORE: redis.url }, leave: () => redis.stop() }))
}

async function started(many: number, nodes: Processes): Promise<Processes> {
  for (let at = 0; at < many; at++) await nodes.restart(at)
  return nodes
}

/** How a process comes to its store. */
export interface Means {
  serve?: (child: ChildProcess) => void
  env?: Record<string, string>
  /** When all processes are gone. */
  leave?: () => Promise<void>
}

/** Of one program, each with a port of its own. */
export class Processes implements Nodes {
  readonly ports: number[] = []
  readonly #children: ChildProcess[] = []
  readonly #program: Program
  readonly #means: Means

  constructor(program: Program, means: Means) {
    this.#program = program
    this.#means = means
  }

  async restart(at: number): Promise<void> {
    const env = { ...process.env, ...this.#means.env }
    const child = fork(this.#program.file, { serialization: 'advanced', execArgv: [], env })
    this.#children[at] = child
    this.#means.serve?.(child)
    this.ports[at] = await new Promise<number>((resolve, reject) => {
      child.on('message', ({ port }: { port?: number }) => port !== undefined && resolve(port))
      child.once('exit', () => reject(new Error('the node did not start')))
    })
  }

  kill(at: number): Promise<void> {
    return this.end(at, 'SIGKILL')
  }

  /** Asks it to go, or sees to it; resolves when it is gone. */
  async end(at: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#children[at]
    if (!child || !this.isUp(at)) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** `SIGSTOP`: it answers nobody, and its connections stay. `SIGCONT`: it goes on. */
  signal(at: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#children[at]?.kill(signal)
  }

  isUp(at: number): boolean {
    const child = this.#children[at]
    return child?.exitCode === null && child.signalCode === null
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((_, at) => this.kill(at)))
    this.#program.remove()
    await this.#means.leave?.()
  }
}
