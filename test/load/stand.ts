// One server and its clients, measured: before they come, when they are there, under load, and after.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from '../support/bundle.js'
import type { Kind } from './kinds/kind.js'
import type { Part, Seen, Usage } from './words.js'

export interface Load {
  connections: number
  seconds: number
  /** Processes that the clients are spread over. */
  processes: number
}

export interface Result {
  name: string
  /** ms until all were connected. */
  connected: number
  before: Usage
  idle: Usage
  /** The most seen while it was under load. */
  peak: number
  after: Usage
  /** Share of one core that the server took under load. */
  cpu: number
  /** CPU time of the server for a message, with all that is said of it, µs. */
  each: number
  seen: Seen
}

/** Connections that are there before the first measurement, so that what is made once is not counted. */
const WARM = 20

async function ask(server: ChildProcess, word: 'measure' | 'glance'): Promise<Usage> {
  // What is under way comes to rest.
  if (word === 'measure') await sleep(2_000)
  const answer = once(server, 'message')
  server.send(word)
  return ((await answer) as [Usage])[0]
}

const heard = async <T>(child: ChildProcess): Promise<T> => {
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('a process of clients ended too soon')))
  return ((await Promise.race([once(child, 'message'), gone])) as [T])[0]
}

export async function measure(
  kind: Kind,
  load: Load,
  programs: Record<'server' | 'clients', Program>,
): Promise<Result> {
  const server = fork(programs.server.file, { env: { ...process.env, KIND: kind.name }, execArgv: ['--expose-gc'] })
  const [port] = (await once(server, 'message')) as [number]
  const crowds: ChildProcess[] = []
  const come = async (from: number, many: number): Promise<void> => {
    const part: Part = { kind: kind.name, port, from, many, seconds: load.seconds }
    const child = fork(programs.clients.file, { env: { ...process.env, PART: JSON.stringify(part) }, execArgv: [] })
    crowds.push(child)
    await heard(child)
  }
  try {
    await come(1_000_000, WARM)
    const before = await ask(server, 'measure')
    const since = performance.now()
    const each = Math.ceil(load.connections / load.processes / 2) * 2
    const parts = Array.from({ length: load.processes }, (_, n) => n * each)
    await Promise.all(parts.map((from) => come(from, Math.min(each, load.connections - from))))
    const connected = performance.now() - since
    const idle = await ask(server, 'measure')
    return { name: kind.name, connected, before, idle, ...(await underLoad(server, crowds.slice(1))) }
  } finally {
    for (const child of crowds) child.kill()
    server.kill()
  }
}

async function underLoad(server: ChildProcess, crowds: ChildProcess[]) {
  const from = await ask(server, 'glance')
  const since = performance.now()
  let busy = true
  const all = Promise.all(crowds.map((child) => heard<Seen>(child))).finally(() => (busy = false))
  for (const child of crowds) child.send('go')
  let [peak, to, until] = [from.rss, from, since]
  while (busy) {
    await Promise.race([all, sleep(1_000)])
    to = await ask(server, 'glance')
    until = performance.now()
    peak = Math.max(peak, to.rss)
  }
  const seen = (await all).reduce((sum, one) => ({
    sent: sum.sent + one.sent,
    drops: sum.drops + one.drops,
    cpu: sum.cpu + one.cpu,
    accepted: sum.accepted.concat(one.accepted),
    delivered: sum.delivered.concat(one.delivered),
  }))
  const took = to.cpu - from.cpu
  return {
    seen,
    peak,
    cpu: took / (until - since),
    each: (took * 1_000) / seen.sent,
    after: await ask(server, 'measure'),
  }
}
