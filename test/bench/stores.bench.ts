// What it costs to keep a message for good.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { FileStore, MemoryStore, type Store } from '../../src/server/index.js'
import { count, median, ms, Report } from './report.js'

const BODY = JSON.stringify('x'.repeat(98))
const CLIENTS = 500

/** Messages of `each` client, `batch` in one call, each call once the one before is answered. */
async function load(store: Store, run: string, clients: number, each: number, batch: number): Promise<number> {
  const names = Array.from({ length: clients }, (_, at) => `${run} ${at}`)
  await Promise.all(names.map((client) => store.open({ client, key: 'k', user: '', acked: 0 })))
  const start = performance.now()
  const send = async (client: string, at: number) => {
    for (let seq = 1; seq <= each; seq += batch) {
      const records = Array.from({ length: batch }, (_, more) => ({
        ...{ ch: `room ${at % 50}`, seq: seq + more, after: seq + more - 1, id: `${client}:${seq + more}`, from: '' },
        ...{ time: Date.now(), body: BODY },
      }))
      const said = await store.append({ client, records })
      if (said.is !== 'done' || said.seq !== seq + batch - 1) throw new Error('a message was not taken')
    }
  }
  await Promise.all(names.map(send))
  return (clients * each) / ((performance.now() - start) / 1_000)
}

/** Writes of such a body to a plain file, each waited for until it is on the disk. */
function plainFile(folder: string): number {
  const file = openSync(join(folder, 'plain'), 'w')
  const start = performance.now()
  for (let at = 0; at < 1_000; at++) {
    writeSync(file, BODY)
    fdatasyncSync(file)
  }
  closeSync(file)
  return 1_000 / ((performance.now() - start) / 1_000)
}

async function measure(name: string, open: (run: number) => Promise<Store>): Promise<void> {
  const [alone, many, batches, still]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (let run = 0; run < 3; run++) {
    const store = await open(run)
    alone.push(await load(store, 'alone', 1, 1_000, 1))
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    many.push(await load(store, 'many', CLIENTS, 40, 1))
    delay.disable()
    still.push(delay.percentile(99) / 1e6)
    batches.push(await load(store, 'batches', 1, 20_000, 50))
    await store.close()
  }
  report.row(`${name}: one client, each message waits for the one before`, count(median(alone), 'messages/s'))
  report.row(`${name}: ${CLIENTS} clients, the same at once`, count(median(many), 'messages/s'))
  // What is in memory is answered without a turn of the event loop.
  if (name.includes('File')) report.row(`… and the process stands still meanwhile for (99 %)`, ms(median(still)))
  report.row(`${name}: one client, 50 messages in one call`, count(median(batches), 'messages/s'))
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
const report = new Report()
report.row(
  'a plain file and `fdatasync`, for comparison',
  count(median([1, 2, 3].map(() => plainFile(folder))), 'writes/s'),
)
await measure('`MemoryStore`', () => Promise.resolve(new MemoryStore()))
await measure('`FileStore`', (run) => FileStore.open(join(folder, `${run}.db`)))
rmSync(folder, { recursive: true })
