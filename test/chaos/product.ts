// A product under test: how its servers are started, and who takes part. Holdfast is one; its peers are others.
import { bundle, type Program } from '../support/bundle.js'
import { Processes } from '../support/nodes.js'
import { inNode, type Participant, type Seat } from './participant.js'
import type { Studio } from './page.js'
import type { Member, Scenario } from './scenario.js'
import { openStorage, type Storage } from './storage.js'

export interface Service {
  servers: Processes
  storage?: Storage
  close(): Promise<void>
}

export interface Product {
  name: string
  /** What differs from its defaults, in words. */
  settings: string
  /** Its senders are told what became of each message. */
  settles: boolean
  cast: readonly Member[]
  /** Of the URL that clients dial. */
  path: string
  /** Starts the servers that the scenario needs. */
  serve(scenario: Scenario): Promise<Service>
  join(seat: Seat): Promise<Participant> | Participant
}

const every = ['websocket', 'sse', 'long-poll', 'short-poll'] as const

/** On each transport somebody, and a page. */
export const CAST: readonly Member[] = [
  { name: 'ann', over: every },
  { name: 'abe', over: ['websocket'], watchful: true },
  { name: 'ben', over: ['sse'] },
  { name: 'cid', over: ['long-poll'] },
  { name: 'dee', over: ['short-poll'] },
  { name: 'pip', over: every, page: true },
]

let program: Promise<Program> | undefined

/** Of all servers of the process; it stays until the process ends. */
function child(): Promise<Program> {
  program ??= bundle('test/support/server-child.ts').then(({ file, remove }) => {
    process.once('exit', remove)
    return { file, remove: () => undefined }
  })
  return program
}

async function serve({ store, nodes = 1, faults }: Scenario): Promise<Service> {
  const small = faults.some(({ fault }) => fault.kind === 'disk full')
  const storage = await openStorage(store, small)
  const servers = new Processes(await child(), storage.means)
  for (let node = 0; node < nodes; node++) await servers.restart(node)
  return {
    servers,
    storage,
    async close() {
      await servers.stop()
      await storage.close()
    },
  }
}

/** @param studio without one, pages take no part. */
export const holdfast = (studio: Studio | undefined): Product => ({
  name: 'Holdfast',
  settings: 'defaults',
  settles: true,
  cast: CAST.filter(({ page }) => !page || studio),
  path: '/realtime',
  serve,
  join: (seat) => (seat.member.page && studio ? studio.join(seat) : inNode(seat)),
})
