// What a connection costs the server: memory while it is idle, CPU time to welcome it and to keep it. The server is a
// process of its own on the loopback, its clients are bare WebSockets that speak just enough of the protocol.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { createServer, MemoryStore } from '../../src/server/index.js'
import { count, heap, Report } from './report.js'

const N = Number(process.env.LINKS ?? 5_000)
/** Opened before the first measurement, so that what is made once is not counted. */
const WARM = 200
const MEMBERS = 50
const AT_ONCE = 50

interface Usage {
  heap: number
  rss: number
  /** Buffers outside of the heap, bytes. */
  external: number
  /** µs so far. */
  cpu: number
}

/** In the process of the server. */
function serve(kind: string): void {
  const http = createHttp()
  if (kind === 'ws') {
    const raw = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false })
    http.on('upgrade', (request, socket, head) => {
      raw.handleUpgrade(request, socket, head, (link) => link.on('message', (data) => link.send(data)))
    })
  } else createServer({ store: new MemoryStore(), maxAccepts: Infinity }).attach(http, { path: '/' })
  http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const used = heap()
    const { rss, external } = process.memoryUsage()
    process.send?.({ heap: used, rss, external, cpu: user + system } satisfies Usage)
  })
}

interface Link {
  socket: WebSocket
  client: string
  ch: string
  /** Answers that it waits for: a frame's type, and what to do. */
  waits: [string, () => void][]
}

class Crowd {
  readonly links: Link[] = []
  readonly #port: number
  readonly #child: ChildProcess
  readonly #acknowledges: boolean

  constructor(port: number, child: ChildProcess, acknowledges = false) {
    this.#port = port
    this.#child = child
    this.#acknowledges = acknowledges
  }

  async measure(): Promise<Usage> {
    // What is under way comes to rest: sockets, collected garbage, pages given back.
    await new Promise((done) => setTimeout(done, 1_000))
    this.#child.send('measure')
    const [usage] = (await once(this.#child, 'message')) as [Usage]
    return usage
  }

  async open(total: number, then: (link: Link) => Promise<void>): Promise<void> {
    const worker = async (): Promise<void> => {
      while (this.links.length < total) {
        const at = this.links.length
        const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/`, 'holdfast.1', { perMessageDeflate: false })
        const link: Link = { socket, client: `client ${at}`, ch: `room ${Math.floor(at / MEMBERS)}`, waits: [] }
        this.links.push(link)
        socket.on('message', (data) => this.#hear(link, String(data)))
        await once(socket, 'open')
        await then(link)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  async all(then: (link: Link) => Promise<void>): Promise<void> {
    const waiting = [...this.links]
    const worker = async (): Promise<void> => {
      for (let link = waiting.shift(); link; link = waiting.shift()) await then(link)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }

  say({ socket, waits }: Link, frames: object[], until: string): Promise<void> {
    return new Promise((done) => {
      waits.push([`"t":"${until}"`, done])
      socket.send(JSON.stringify(frames))
    })
  }

  #hear(link: Link, text: string): void {
    for (const wait of [...link.waits]) {
      const [type, done] = wait
      if (!text.includes(type)) continue
      link.waits.splice(link.waits.indexOf(wait), 1)
      done()
    }
    const frames = JSON.parse(text) as { t: string; ch: string; offset: number; id: number }[]
    const answers: object[] = []
    for (const { t, ch, offset, id } of frames) {
      if (t === 'message' && this.#acknowledges) answers.push({ t: 'received', ch, offset })
      if (t === 'ping') answers.push({ t: 'pong', id })
    }
    if (answers.length) link.socket.send(JSON.stringify(answers))
  }
}

async function start(kind: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(process.argv[1] ?? '', { env: { ...process.env, SERVE: kind }, execArgv: ['--expose-gc'] })
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

if (!process.env.SERVE) console.log(`${count(N)} links\n`)
const report = process.env.SERVE ? undefined : new Report()
const bytes = (value: number): string => `${count(value / 1_024, 'KiB')}`

function row(what: string, before: Usage, after: Usage, links: number): void {
  const per = (key: keyof Usage): string => bytes((after[key] - before[key]) / links)
  report?.row(`${what}: resident`, per('rss'))
  report?.row('  of it on the heap', per('heap'))
  report?.row('  CPU time to get there', count((after.cpu - before.cpu) / links, 'µs'))
}

async function raw(): Promise<void> {
  const { child, port } = await start('ws')
  const crowd = new Crowd(port, child)
  const open = (link: Link) => crowd.say(link, [{ t: 'hello' }], 'hello')
  await crowd.open(WARM, open)
  const before = await crowd.measure()
  await crowd.open(N + WARM, open)
  row('bare `ws`, open, one message each way', before, await crowd.measure(), N)
  child.kill()
}

async function holdfast(): Promise<void> {
  const { child, port } = await start('holdfast')
  const crowd = new Crowd(port, child, true)
  const hello = (link: Link) =>
    crowd.say(link, [{ t: 'hello', v: 1, client: link.client, key: `the key of ${link.client}`, acked: 0 }], 'welcome')
  const sub = (link: Link) => crowd.say(link, [{ t: 'sub', ch: link.ch, from: 'now' }], 'subscribed')
  await crowd.open(WARM, async (link) => {
    await hello(link)
    await sub(link)
  })
  const before = await crowd.measure()
  await crowd.open(N + WARM, hello)
  const welcomed = await crowd.measure()
  row('Holdfast, welcomed', before, welcomed, N)
  const newcomers = new Set(crowd.links.slice(WARM))
  await crowd.all((link) => (newcomers.has(link) ? sub(link) : Promise.resolve()))
  const subscribed = await crowd.measure()
  row(`  and subscribed to a channel of ${MEMBERS}`, welcomed, subscribed, N)
  await crowd.all((link) => {
    link.socket.send(JSON.stringify([{ t: 'track', from: 1 }]))
    return crowd.say(link, [{ t: 'send', seq: 1, ch: link.ch, body: 'A line of a chat.' }], 'delivered')
  })
  const tracked = await crowd.measure()
  row('  and one message each, delivered to all, receipts tracked', subscribed, tracked, N + WARM)
  report?.row('all of it: resident', bytes((tracked.rss - before.rss) / N))
  report?.row('  of it on the heap', bytes((tracked.heap - before.heap) / N))
  const rounds = 5
  for (let id = 1; id <= rounds; id++) await crowd.all((link) => crowd.say(link, [{ t: 'ping', id }], 'pong'))
  const pinged = await crowd.measure()
  report?.row('CPU time of a ping and its pong', count((pinged.cpu - tracked.cpu) / (rounds * (N + WARM)), 'µs'))
  await new Promise((done) => setTimeout(done, 30_000))
  const idle = await crowd.measure()
  const links = (N + WARM) * 31
  report?.row('CPU time of a second of an idle link, without pings', count((idle.cpu - pinged.cpu) / links, 'µs'))
  report?.row('resident at the end, with what the garbage collector gave back', bytes((idle.rss - before.rss) / N))
  child.kill()
}

if (process.env.SERVE) serve(process.env.SERVE)
else {
  await raw()
  await holdfast()
  process.exit()
}
