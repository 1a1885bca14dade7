// A channel of a thousand: one of them sends, all have all of it in order, and the sender knows. Real WebSockets, the
// server in a process of its own; the readers speak just enough of the protocol, the sender is a bare link, too, so that
// every frame it gets is counted.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { createServer, MemoryStore } from '../../src/server/index.js'
import { count, ms, Report } from './report.js'
import { quantile } from '../support/calendar.js'

const MEMBERS = Number(process.env.MEMBERS ?? 1_000)
const MESSAGES = Number(process.env.MESSAGES ?? 200)
/** A client of ours says `received` so long after a message, ms. */
const ACK_DELAY = 200

interface Frame {
  t: string
  offset: number
  body: { at: number; n: number }
  list: { seq: number; to: number; count: number; of: number }[]
  id: number
}

function serve(): void {
  const http = createHttp()
  createServer({ store: new MemoryStore(), maxAccepts: Infinity }).attach(http, { path: '/' })
  http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
  process.on('message', () => process.send?.(process.cpuUsage()))
}

class Member {
  readonly socket: WebSocket
  readonly bodies: number[] = []
  readonly latencies: number[] = []
  onFrame: (frame: Frame) => void = () => undefined
  #received = 0
  #planned = false

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'holdfast.1', { perMessageDeflate: false })
    this.socket.on('message', (data) => {
      for (const frame of JSON.parse(String(data)) as Frame[]) this.#hear(frame)
    })
  }

  say(...frames: object[]): void {
    this.socket.send(JSON.stringify(frames))
  }

  async enter(client: string): Promise<void> {
    await once(this.socket, 'open')
    const entered = new Promise<void>((done) => {
      this.onFrame = ({ t }) => {
        if (t === 'subscribed') done()
      }
    })
    this.say({ t: 'hello', v: 1, client, key: `the key of ${client}`, acked: 0 }, { t: 'sub', ch: 'room', from: 'now' })
    await entered
  }

  #hear(frame: Frame): void {
    this.onFrame(frame)
    if (frame.t === 'ping') this.say({ t: 'pong', id: frame.id })
    if (frame.t !== 'message') return
    this.latencies.push(performance.now() - frame.body.at)
    this.bodies.push(frame.body.n)
    this.#received = frame.offset
    if (this.#planned) return
    this.#planned = true
    setTimeout(() => {
      this.#planned = false
      this.say({ t: 'received', ch: 'room', offset: this.#received })
    }, ACK_DELAY)
  }
}

/** Sends and waits until everybody is said to have everything. */
async function tell(sender: Member, pace: number): Promise<{ frames: number; took: number; receipts: number }> {
  let frames = 0
  let receipts = 0
  const has = new Map<number, { count: number; of: number }>()
  const start = performance.now()
  const all = new Promise<number>((done) => {
    sender.onFrame = ({ t, list }) => {
      if (t !== 'delivered') return
      frames++
      receipts += list.length
      for (const { seq, to, count, of } of list) for (let n = seq; n <= to; n++) has.set(n, { count, of })
      const full = [...has.values()].filter((one) => one.count === MEMBERS && one.of === MEMBERS)
      if (full.length === MESSAGES) done(performance.now() - start)
    }
  })
  sender.say({ t: 'track', from: 1 })
  for (let seq = 1; seq <= MESSAGES; seq++) {
    sender.say({ t: 'send', seq, ch: 'room', body: { at: performance.now(), n: seq } })
    if (pace) await new Promise((done) => setTimeout(done, pace))
  }
  const took = await all
  return { frames, took, receipts }
}

const cpu = async (child: ChildProcess): Promise<number> => {
  child.send('cpu')
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return (user + system) / 1_000
}

async function round(pace: number): Promise<void> {
  const child = fork(process.argv[1] ?? '', { env: { ...process.env, SERVE: 'yes' } })
  const [port] = (await once(child, 'message')) as [number]
  const sender = new Member(port)
  await sender.enter('sender')
  const members = Array.from({ length: MEMBERS }, () => new Member(port))
  await Promise.all(members.map((member, at) => member.enter(`member ${at}`)))
  // Those who have come are members as soon as the store has them.
  await new Promise((done) => setTimeout(done, 2_000))
  const before = await cpu(child)
  const { frames, took, receipts } = await tell(sender, pace)
  const used = (await cpu(child)) - before
  const inOrder = members.filter(({ bodies }) => bodies.length === MESSAGES && bodies.every((n, at) => n === at + 1))
  const latencies = members.flatMap((member) => member.latencies).sort((a, b) => a - b)
  const deliveries = MEMBERS * MESSAGES
  const report = new Report()
  const rate = pace ? `${count(MESSAGES)} messages, one each ${pace} ms` : `${count(MESSAGES)} messages at once`
  report.row(`${rate}: members with all of them, in order`, count(inOrder.length), count(MEMBERS))
  report.row(`until the sender had {count: ${MEMBERS}, of: ${MEMBERS}} for each`, ms(took))
  report.row('`delivered` frames to the sender', count(frames), `≤ ${Math.ceil(took / 250) + 1}, four a second`)
  report.row('  receipts in them', count(receipts))
  report.row('delivery, from `send` until a reader had it: p50', ms(quantile(latencies, 0.5)))
  report.row('  p99', ms(quantile(latencies, 0.99)))
  report.row('CPU time of the server', ms(used), `${count((used / deliveries) * 1_000, 'µs')} for each delivery`)
  console.log()
  child.kill()
  for (const { socket } of [sender, ...members]) socket.terminate()
  if (inOrder.length < MEMBERS) process.exitCode = 1
}

if (process.env.SERVE) serve()
else {
  console.log(`${count(MEMBERS)} members and the sender\n`)
  await round(0)
  await round(50)
  process.exit()
}
