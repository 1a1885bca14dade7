import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { Metrics } from './metrics.js'
import type { Tally } from './tally.js'

/** Seconds: from a store in memory to the call timeout. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

type Kind = typeof Counter | typeof Gauge
type Value = number | Tally

/** A server's numbers, and the text in which Prometheus reads them. */
export interface Instruments {
  metrics: Metrics
  /** The text exposition format, version 0.0.4. */
  text: () => Promise<string>
}

/** A registry of its own: several servers of one process do not mix, and nothing global is touched. */
export function createInstruments(): Instruments {
  const registry = new Registry()
  const registers = [registry]
  const duration = new Histogram({
    name: 'holdfast_call_duration_seconds',
    help: 'What calls of the store and of the hooks took.',
    labelNames: ['call', 'result'],
    buckets: BUCKETS,
    registers,
  })
  // Labels are looked up once: this is told of every message.
  const rows = new Map<string, ReturnType<typeof duration.labels>>()
  const metrics = new Metrics(
    () => performance.now() / 1_000,
    (call, result, seconds) => {
      const name = `${call} ${result}`
      const row = rows.get(name) ?? duration.labels({ call, result })
      rows.set(name, row)
      row.observe(seconds)
    },
  )
  const add = (Kind: Kind, name: string, help: string, value: () => Value, label?: string): void => {
    const labelNames = label === undefined ? [] : [label]
    const instrument = new Kind({ name: `holdfast_${name}`, help, labelNames, registers, collect: () => read() })
    const read = (): void => {
      instrument.reset()
      const now = value()
      if (typeof now === 'number') instrument.inc(now)
      else for (const [one, count] of now) instrument.inc({ [label ?? '']: one }, count)
    }
  }
  addLinks(add, metrics)
  addMessages(add, metrics)
  return { metrics, text: () => registry.metrics() }
}

type Add = (Kind: Kind, name: string, help: string, value: () => Value, label?: string) => void

function addLinks(add: Add, metrics: Metrics): void {
  add(Gauge, 'links', 'Links open now.', () => metrics.links, 'transport')
  add(Gauge, 'sessions', 'Links that hold a session.', () => metrics.sessions)
  add(Gauge, 'channels', 'Channels that this node follows.', () => metrics.channels)
  add(Gauge, 'calls_in_progress', 'Calls of the store and of the hooks under way.', () => metrics.calls, 'call')
  add(Counter, 'links_opened_total', 'Links opened.', () => metrics.opened, 'transport')
  add(Counter, 'links_closed_total', 'Links ended, by close code.', () => metrics.closed, 'code')
  add(Counter, 'links_dismissed_total', 'Links told when to come back.', () => metrics.dismissed, 'code')
  add(Counter, 'links_refused_total', 'Upgrades and openings refused, by status.', () => metrics.rejected, 'status')
  add(Counter, 'received_bytes_total', 'Packets of clients.', () => metrics.receivedBytes, 'transport')
  add(Counter, 'sent_bytes_total', 'Packets to clients.', () => metrics.sentBytes, 'transport')
  add(
    Counter,
    'links_paced_total',
    'Links that said too much, and were not heard for a while.',
    () => metrics.paced,
    'transport',
  )
  add(Counter, 'packets_malformed_total', 'Packets not understood.', () => metrics.malformed, 'code')
  add(Counter, 'faults_total', 'Links closed for what was wrong.', () => metrics.faults, 'code')
}

function addMessages(add: Add, metrics: Metrics): void {
  add(Counter, 'frames_received_total', 'Frames of clients.', () => metrics.received, 'type')
  add(Counter, 'frames_sent_total', 'Frames to clients.', () => metrics.sent, 'type')
  add(Counter, 'messages_accepted_total', 'Messages stored for clients.', () => metrics.accepted)
  add(Counter, 'messages_duplicate_total', 'Messages said again after they were stored.', () => metrics.duplicates)
  add(Counter, 'messages_refused_total', 'Messages refused.', () => metrics.refused, 'code')
  add(Counter, 'messages_pushed_total', 'Messages pushed to subscriptions.', () => metrics.sent.get('message'))
  add(Counter, 'messages_published_total', 'Messages of the server itself stored.', () => metrics.published)
}
