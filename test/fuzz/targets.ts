import type { IRawProperty } from 'fast-check'
import { bytes, mutated, structured } from './codecs.js'
import { requests } from './http.js'
import { client, server } from './machines.js'
import { clients, servers, sockets } from './options.js'
import { cuts } from './streams.js'

interface Target {
  property: IRawProperty<never>
  /** Of the cases of a long run; they are as many as their speed allows. */
  share: number
  /** Cases of each run of `npm test`; 0: it is for long runs alone. */
  short: number
}

const target = (property: unknown, share: number, short: number): Target => ({
  property: property as IRawProperty<never>,
  share,
  short,
})

/** What is fuzzed, by name. */
export const targets: Readonly<Record<string, Target>> = {
  'codecs, frames': target(structured, 0.25, 500),
  'codecs, edited frames': target(mutated, 0.3, 500),
  'codecs, bytes': target(bytes, 0.25, 300),
  'server machine': target(server, 0.06, 100),
  'client machine': target(client, 0.06, 100),
  'requests over HTTP': target(requests, 0.005, 100),
  'event streams, cut': target(cuts, 0.015, 30),
  'options of createServer': target(servers, 0.02, 40),
  'options of createClient': target(clients, 0.02, 100),
  'options of ResilientWebSocket': target(sockets, 0.02, 100),
}
