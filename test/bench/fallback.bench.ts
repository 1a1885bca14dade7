// How long it takes to get through: from `createClient` to the word that the first message is accepted, for what boxes do.
import type { MemoryLike } from '../../src/index.js'
import { firstAck, type Rung, transports } from '../boxes/crossing.js'
import { clear, type Scenario, scenarios } from '../boxes/scenarios.js'
import { oneServer, twoServers } from '../boxes/site.js'
import { missingBoxes } from '../tools/find-boxes.mjs'
import { median, ms } from './report.js'

const ROUNDS = 15
/** Targets, ms: with nothing known of the way, where upgrades are refused, and where they are let in and nothing comes of it. */
const REFUSED = 150
const SILENT = 700

function memory(): MemoryLike {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

/** The one in the middle, and the longest. */
async function measure(
  once: () => ReturnType<typeof firstAck>,
): Promise<{ middle: number; worst: number; rung: string }> {
  const times: number[] = []
  let rung = ''
  for (let round = 0; round < ROUNDS; round++) {
    const first = await once()
    times.push(first.ms)
    rung = first.rung ?? ''
  }
  return { middle: median(times), worst: Math.max(...times), rung }
}

async function row({ by, name, rung, silent, servers, start }: Scenario): Promise<void> {
  const site = await (servers === 2 ? twoServers() : oneServer())
  const box = await start(site.ports)
  const known = memory()
  // The first of each kind pays for connections, and teaches the memory.
  await firstAck(box.port, { memory: known })
  const fresh = await measure(() => firstAck(box.port))
  const remembered = await measure(() => firstAck(box.port, { memory: known }))
  const alone = await measure(() => firstAck(box.port, { transports: [transports[rung as Rung]()] }))
  const target = silent ? SILENT : REFUSED
  const cells = [
    `${by}: ${name}`,
    fresh.rung,
    `${ms(fresh.middle)} (${ms(fresh.worst)})`,
    `≤ ${String(target)} ms`,
    ms(remembered.middle),
    ms(alone.middle),
  ]
  console.log(`| ${cells.join(' | ')} |`)
  await box.stop()
  await site.stop()
}

const missing = missingBoxes({ install: false })
if (missing.length) console.log(`not measured: there is no ${missing.join(', no ')}`)
else {
  console.log('| box | transport | nothing known (longest) | target | remembered | that transport alone |')
  console.log('| --- | --- | ---: | ---: | ---: | ---: |')
  for (const scenario of [clear, ...scenarios]) await row(scenario)
}
