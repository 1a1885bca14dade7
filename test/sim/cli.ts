import { parseArgs } from 'node:util'
import { report } from './report.js'
import { PINNED } from './seeds.js'
import { simulate } from './simulate.js'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    /** Worlds without people. */
    alone: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    /** Go on after a failure, and count them. */
    all: { type: 'boolean', default: false },
    /** Say what broke, without the trace; the pinned seeds come first. */
    brief: { type: 'boolean', default: false },
  },
})

async function one(seed: number): Promise<number> {
  const outcome = await simulate(seed, values.trace ? Infinity : 60, values.alone)
  if (values.trace) console.log(outcome.trace())
  console.log(report(outcome, values.trace ? 0 : 60))
  console.log(`hash ${outcome.hash}`)
  return outcome.broken ? 1 : 0
}

async function many(from: number, count: number): Promise<number> {
  const started = performance.now()
  const sum = { time: 0, events: 0, messages: 0 }
  const broken = new Map<string, number[]>()
  let slowest = 0
  const pinned = values.brief ? PINNED : []
  const seeds = Array.from({ length: count }, (_, at) => ({ seed: from + at, alone: values.alone }))
  for (const { seed, alone } of [...pinned, ...seeds]) {
    const outcome = await simulate(seed, 60, alone)
    sum.time += outcome.time
    sum.events += outcome.events
    sum.messages += outcome.messages
    slowest = Math.max(slowest, outcome.recovery / outcome.bound)
    if (!outcome.broken) continue
    const { invariant } = outcome.broken
    if (!broken.size || (values.all && !broken.has(invariant))) console.log(report(outcome, values.brief ? 0 : 40))
    broken.set(invariant, [...(broken.get(invariant) ?? []), seed])
    if (!values.all) break
  }
  const seconds = (performance.now() - started) / 1_000
  for (const [invariant, seeds] of broken)
    console.log(`${invariant}: ${seeds.length} seeds, ${seeds.slice(0, 12).join(' ')}`)
  const failed = [...broken.values()].reduce((total, { length }) => total + length, 0)
  console.log(
    `${count} seeds from ${from}: ${failed} broken; ${(sum.time / 3_600_000).toFixed(1)} virtual hours, ` +
      `${sum.events} events, ${sum.messages} messages in ${seconds.toFixed(1)} s; ` +
      `slowest recovery took ${(slowest * 100).toFixed(0)} % of its bound`,
  )
  return failed ? 1 : 0
}

process.exitCode =
  values.seed === undefined ? await many(Number(values.from), Number(values.seeds)) : await one(Number(values.seed))
