// nginx and haproxy as children of the test, each on a free port of this machine, with its settings in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../tools/find-boxes.mjs'
import { freePort } from './http-stand.js'

export type Program = 'nginx' | 'haproxy'

/** What a box is told: its rules, and where to. */
export interface Rules {
  /** Of nginx: what stands in `location /`; the upstream is `http://app`. Of haproxy: lines of the `listen` section. */
  rules: string
  /** Ports of the servers behind it. */
  to: readonly number[]
}

/** Answers with the number of its settings, so that one knows which are in force. */
const PROBE = '/box'

const files = (folder: string) =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')

/** Workers that go take their connections along at once, as a box that is restarted does. */
const nginx = (port: number, folder: string, { rules, to }: Rules, round: number): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_shutdown_timeout 20ms;
pid ${folder}/pid;
error_log ${folder}/error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${files(folder)}
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  upstream app { ${to.map((one) => `server 127.0.0.1:${String(one)} max_fails=0;`).join(' ')} }
  server {
    listen 127.0.0.1:${String(port)};
    location = ${PROBE} { return 200 '${String(round)}'; }
    location / {
      ${rules}
    }
  }
}
`

const haproxy = (port: number, _: string, { rules, to }: Rules, round: number): string => `
global
  maxconn 1024
  hard-stop-after 20ms
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
listen box
  bind 127.0.0.1:${String(port)}
  http-request return status 200 content-type text/plain string "${String(round)}" if { path ${PROBE} }
  ${rules.trim().replace(/\n */g, '\n  ')}
  ${to.map((one, at) => `server s${String(at)} 127.0.0.1:${String(one)}`).join('\n  ')}
`

const kinds = {
  nginx: {
    settings: nginx,
    args: (file: string, folder: string) => ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'],
    reload: 'SIGHUP',
  },
  haproxy: { settings: haproxy, args: (file: string) => ['-W', '-db', '-f', file], reload: 'SIGUSR2' },
} as const

/** One that runs, and may be told otherwise. */
export class Middlebox {
  readonly port: number
  readonly #kind: Program
  readonly #folder: string
  #child: ChildProcess | undefined
  #said = ''
  #round = 0

  private constructor(kind: Program, port: number) {
    this.#kind = kind
    this.port = port
    this.#folder = mkdtempSync(join(tmpdir(), `holdfast-${kind}-`))
  }

  /** Resolves when it answers. */
  static async start(kind: Program, rules: Rules): Promise<Middlebox> {
    const box = new Middlebox(kind, await freePort())
    try {
      await box.#start(rules)
      return box
    } catch (error) {
      await box.stop()
      throw error
    }
  }

  /** New rules; what runs by the old ones is cut. Resolves when they are in force. */
  async tell(rules: Rules): Promise<void> {
    this.#write(rules)
    this.#child?.kill(kinds[this.#kind].reload)
    await this.#inForce()
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child && child.exitCode === null && child.signalCode === null) {
      const over = once(child, 'exit')
      child.kill('SIGTERM')
      await over
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start(rules: Rules): Promise<void> {
    const program = findProgram(this.#kind)
    if (program === undefined) throw new Error(`there is no ${this.#kind}`)
    const { args } = kinds[this.#kind]
    this.#write(rules)
    const child = spawn(program, args(this.#file, this.#folder), { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.#said += String(data)))
    // Should the test be stopped in the midst of it.
    const leave = () => child.kill('SIGTERM')
    process.once('exit', leave)
    child.once('exit', () => process.off('exit', leave))
    await this.#inForce()
  }

  get #file(): string {
    return join(this.#folder, 'settings')
  }

  #write(rules: Rules): void {
    writeFileSync(this.#file, kinds[this.#kind].settings(this.port, this.#folder, rules, ++this.#round))
  }

  async #inForce(): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      if (this.#child?.exitCode !== null) break
      const answer = await fetch(`http://127.0.0.1:${String(this.port)}${PROBE}`, { headers: { connection: 'close' } })
        .then((response) => response.text())
        .catch(() => '')
      if (answer === String(this.#round)) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`${this.#kind} does not take its settings:\n${this.#said}`)
  }
}
