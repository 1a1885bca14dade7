import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { shareStore } from '../../../docs/demo/ipc-store.mjs'
import { MemoryStore } from '../../../src/server/index.js'
import { dist } from './dist.js'

const program = fileURLToPath(new URL('server-child.mjs', import.meta.url))

/** Where a page dials to reach the server itself, or a proxy before it. */
export const urlOf = ({ port }: { port: number }): string => `ws://127.0.0.1:${port}/realtime`

export interface Guard {
  /** Pages that may connect. Default: all. */
  origins?: readonly string[]
  /** What lets a user in. Default: nothing is asked. */
  token?: string
}

/** The real server in a process of its own, so that it can be killed; its store lives here and survives it. */
export class Backend {
  port = 0
  readonly #store = new MemoryStore()
  readonly #guard: Guard
  #child: ChildProcess | undefined

  constructor(guard: Guard = {}) {
    this.#guard = guard
  }

  async start(): Promise<this> {
    const env = { ...process.env, DIST: dist, PORT: String(this.port), GUARD: JSON.stringify(this.#guard) }
    const child = fork(program, { env, execArgv: [], serialization: 'advanced' })
    this.#child = child
    shareStore(this.#store, child)
    this.port = await new Promise<number>((resolve, reject) => {
      child.on('message', ({ port }: { port?: number }) => port !== undefined && resolve(port))
      child.once('exit', () => reject(new Error('the server did not start')))
    })
    return this
  }

  /** No goodbye; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}
