// Several server processes that share a store: what a cluster is tried with. Another store has a function of its own here.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { MemoryStore } from '../../src/server/index.js'
import { bundle, type Program } from './bundle.js'
import { shareStore } from './ipc-store.js'

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
  const nodes = new Processes(program, (child) => shareStore(store, child, () => undefined))
  for (let at = 0; at < many; at++) await nodes.restart(at)
  return nodes
}

class Processes implements Nodes {
  readonly ports: number[] = []
  readonly #children: ChildProcess[] = []
  readonly #program: Program
  readonly #serve: (child: ChildProcess) => void

  /** @param serve gives a process its store. */
  constructor(program: Program, serve: (child: ChildProcess) => void) {
    this.#program = program
    this.#serve = serve
  }

  async restart(at: number): Promise<void> {
    const child = fork(this.#program.file, { serialization: 'advanced', execArgv: [] })
    this.#children[at] = child
    this.#serve(child)
    this.ports[at] = await new Promise<number>((resolve, reject) => {
      child.on('message', ({ port }: { port?: number }) => port !== undefined && resolve(port))
      child.once('exit', () => reject(new Error('the node did not start')))
    })
  }

  async kill(at: number): Promise<void> {
    const child = this.#children[at]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((_, at) => this.kill(at)))
    this.#program.remove()
  }
}
