// A real redis-server on a free port, in a folder of its own: killed, frozen and started again as a test wants it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findProgram } from '../tools/find-boxes.mjs'

/** What Redis keeps: everything it answered, all but the last moments, what it was told to save, or nothing. */
export type Persistence = 'always' | 'everysec' | 'snapshot' | 'none'

const settings: Record<Persistence, string[]> = {
  always: ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  everysec: ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
  snapshot: ['--appendonly', 'no', '--save', '3600 1'],
  none: ['--appendonly', 'no', '--save', ''],
}

/** `npm test` runs without what it cannot get, and says so; any other run needs it. */
export const withRedis = !(process.env.WITHOUT ?? '').split(',').includes('redis')

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #options: string[]
  #process: ChildProcess | undefined

  private constructor(port: number, persistence: Persistence, more: readonly string[]) {
    this.port = port
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
    const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', this.#folder, '--daemonize', 'no']
    this.#options = [...where, ...settings[persistence], ...more]
  }

  /** @param more of the command line, as of redis.conf */
  static async open(persistence: Persistence = 'none', more: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), persistence, more)
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Resolves when it serves: what it had kept is loaded. */
  async start(): Promise<void> {
    const child = spawn(findProgram('redis-server') ?? 'redis-server', this.#options, {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    let said = ''
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString()
        if (said.includes('Ready to accept connections')) resolve()
      })
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
    })
    child.stdout.removeAllListeners('data').resume()
  }

  /** Without a word; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** It answers nobody, and its connections stay. */
  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** A connection of the test's own. */
  connect(): Redis {
    const redis = new Redis(this.url)
    redis.on('error', () => undefined)
    return redis
  }

  /** Ends it, and deletes what it kept. */
  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Lets time pass for everything that expires, at once. */
export async function age(redis: Redis, ms: number): Promise<void> {
  for (const key of await redis.keys('*')) {
    const left = await redis.pttl(key)
    if (left < 0) continue
    if (left > ms) await redis.pexpire(key, left - ms)
    else await redis.del(key)
  }
}
