// Keeps the Holdfast server running in a process of its own, and kills it on request.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import { shareStore } from './ipc-store.mjs'

const program = fileURLToPath(new URL('./server-child.mjs', import.meta.url))
/** How long a killed server stays away, ms. */
const AWAY = 3_000
/** How long a server may take to say goodbye, ms. */
const FAREWELL = 3_000

/** Emits `change` when the server comes or goes. */
export class ServerProcess extends EventEmitter {
  /** While there is a server, its port on this machine. */
  port
  #options
  /** Signs the tickets of every server that follows another. */
  #secret = randomBytes(32).toString('hex')
  #child
  #starts = 0
  #timer
  #backAt
  #stopped = false

  constructor(options) {
    super()
    this.#options = options
  }

  state() {
    const up = this.port !== undefined
    return {
      up,
      pid: up ? this.#child.pid : undefined,
      starts: this.#starts,
      backIn: this.#backAt && this.#backAt - Date.now(),
    }
  }

  /** Resolves once it listens. */
  start() {
    clearTimeout(this.#timer)
    this.#backAt = undefined
    if (this.#child || this.#stopped) return Promise.resolve()
    const { dist, path, store } = this.#options
    const env = { ...process.env, DIST: dist, REALTIME: path, SECRET: this.#secret }
    // Bytes must survive the way.
    const child = fork(program, { env, serialization: 'advanced', execArgv: [] })
    this.#child = child
    shareStore(store, child)
    return new Promise((listening) => {
      child.on('message', ({ port }) => {
        if (port === undefined) return
        this.port = port
        this.#starts += 1
        this.emit('change')
        listening()
      })
      child.once('exit', () => {
        this.#gone(AWAY)
        listening()
      })
    })
  }

  /** SIGKILL: no goodbye, nothing flushed. It is started again after a while. */
  kill() {
    this.#child?.kill('SIGKILL')
  }

  /** A deploy: SIGTERM, clients are told, the next process starts at once. A server that is down is started. */
  async restart() {
    await this.#end()
    await this.start()
  }

  async stop() {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#end()
  }

  #gone(away) {
    this.#child = undefined
    this.port = undefined
    if (!this.#stopped) {
      this.#backAt = Date.now() + away
      this.#timer = setTimeout(() => this.start(), away)
    }
    this.emit('change')
  }

  #end() {
    const child = this.#child
    if (!child) return Promise.resolve()
    const late = setTimeout(() => child.kill('SIGKILL'), FAREWELL)
    child.kill('SIGTERM')
    return new Promise((done) => {
      child.once('exit', () => {
        clearTimeout(late)
        done()
      })
    })
  }
}
