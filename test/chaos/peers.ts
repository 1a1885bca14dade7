// Other libraries in the same room, under the same faults. They are installed in test/bench, and nothing else knows them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Processes } from '../support/nodes.js'
import type { Peer } from '../bench/peers/clients.mjs'
import type { Participant, Seat } from './participant.js'
import { holdfast, type Product, type Service } from './product.js'
import type { Fault, Member, Scenario } from './scenario.js'

const folder = resolve('test/bench')

const over = ['websocket', 'sse', 'long-poll', 'short-poll'] as const
const cast: readonly Member[] = ['ann', 'bob', 'cyd'].map((name) => ({ name, over }))

/** What a client of one WebSocket may meet. It strikes ann alone, unless it is the server's; the others go on. */
const trial = (name: string, fault: Fault, lasts: number, more: Partial<Scenario> = {}): Scenario => ({
  ...{ name, about: name, store: 'file', after: 15_000, faults: [{ fault, at: 6_000, lasts, whom: ['ann'] }] },
  ...more,
})

/** One of them takes 90 s to notice, ms. */
const SLOWEST = 110_000

export const contest: readonly Scenario[] = [
  trial('RST', { kind: 'RST' }, 0),
  trial('cut in mid-frame', { kind: 'cut', way: 'up', then: 'rst' }, 8_000),
  trial('half-open, busy', { kind: 'half-open' }, 0, { after: SLOWEST }),
  trial('half-open, idle', { kind: 'half-open' }, 0, { load: 'idle', after: SLOWEST }),
  trial('outage of 30 s', { kind: 'outage' }, 30_000, { after: SLOWEST - 30_000 }),
  trial('2 kB/s for 20 s', { kind: 'throttled', rate: 2_000 }, 20_000),
  trial('server killed, back after 2 s', { kind: 'SIGKILL' }, 2_000, {
    faults: [{ fault: { kind: 'SIGKILL' }, at: 6_000, lasts: 2_000 }],
  }),
]

async function serve(kind: string): Promise<Service> {
  const own = mkdtempSync(join(tmpdir(), 'holdfast-peer-'))
  const program = {
    file: join(folder, 'peers/server.mjs'),
    remove: () => rmSync(own, { recursive: true, force: true }),
  }
  const servers = new Processes(program, { env: { PEER: kind, LOG: join(own, 'log') } })
  await servers.restart(0)
  return { servers, close: () => servers.stop() }
}

function sit(peer: Peer, { member: { name }, url, history }: Seat): Participant {
  history.note({ is: 'joined', client: name, id: name })
  history.note({ is: 'status', client: name, status: 'connecting', reason: '' })
  const client = peer.join(
    { url: url(), name },
    {
      status: (status) => history.note({ is: 'status', client: name, status, reason: '' }),
      word: ({ by, n }) => history.note({ is: 'message', client: name, from: by, n }),
      settled: (n, error) =>
        error
          ? history.note({ is: 'failed', client: name, n, code: error.message, sure: false })
          : history.note({ is: 'accepted', client: name, n }),
    },
  )
  return {
    send(n) {
      history.note({ is: 'sent', client: name, n })
      client.send(n)
    },
    close: () => client.close(),
  }
}

/** Holdfast first. Installs the others where they are not. */
export async function contenders(): Promise<Product[]> {
  if (!existsSync(join(folder, 'node_modules')))
    spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], { stdio: 'inherit' })
  const { peers } = (await import(pathToFileURL(join(folder, 'peers/clients.mjs')).href)) as {
    peers: readonly Peer[]
  }
  return [
    { ...holdfast(undefined), cast },
    ...peers.map((peer): Product => ({
      ...{ name: peer.name, settings: peer.settings, settles: peer.settles, cast, path: '' },
      serve: () => serve(peer.kind),
      join: (seat) => sit(peer, seat),
    })),
  ]
}
