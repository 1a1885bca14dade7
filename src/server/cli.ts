#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Command, InvalidArgumentError, Option } from 'commander'
import { pino } from 'pino'
import type { Store } from '../core/store.js'
import { createServer } from './create.js'
import { createScrape } from './scrape.js'
import type { HoldfastServer } from './server.js'
import { openStore } from './stores/open.js'

interface Flags {
  port: number
  host: string
  path: string
  origin?: string[]
  idle: number
  drain: number
  logLevel: string
  metrics?: number
  metricsHost: string
  store: string
  perAddress?: number
  trustProxy: number
}

const whole = (most: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > most) throw new InvalidArgumentError(`It takes a whole number up to ${most}.`)
  return value
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

const collect = (origin: string, others: string[] = []): string[] => [...others, origin]

/** The package's own: `cli.js` is in its `dist`. */
function showVersion(): never {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  console.log((JSON.parse(text) as { version: string }).version)
  process.exit()
}

function flags(): Flags {
  return new Command('holdfast')
    .description(
      'Serves Holdfast channels over WebSocket, server-sent events, long and short polling. ' +
        'They are kept in memory unless said otherwise, and open to everybody who may connect.',
    )
    .option('-V, --version', 'print the version')
    .on('option:version', showVersion)
    .option('-p, --port <number>', 'TCP port; 0 takes a free one', whole(65_535), 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--path <path>', 'path of all transports', '/realtime')
    .option(
      '-o, --origin <origin>',
      "page that may connect, '*' for all; again for more (default: the same host)",
      collect,
    )
    .option('--idle <ms>', 'silence after which a link is dropped', whole(3_600_000), 45_000)
    .option('--drain <ms>', 'on SIGTERM and SIGINT, clients are sent away over this time', whole(600_000), 4_000)
    .option('--per-address <links>', 'links of one address at once (default: any number)', whole(1_000_000))
    .option('--trust-proxy <number>', 'proxies before it whose X-Forwarded-For is believed', whole(16), 0)
    .option('--metrics <port>', 'serve /metrics for Prometheus on this TCP port; 0 takes a free one', whole(65_535))
    .option('--metrics-host <address>', 'address for that', '127.0.0.1')
    .addOption(
      new Option('--store <store>', "where messages are kept: memory, file:PATH (one node), or Redis's URL")
        .env('HOLDFAST_STORE')
        .default('memory'),
    )
    .addOption(new Option('--log-level <level>', 'least to log').choices(LEVELS).default('info'))
    .addHelpText(
      'after',
      '\nEnvironment:\n  HOLDFAST_SECRET  signs session and link tickets, 16 characters at least (default: random)' +
        '\n  HOLDFAST_STORE   as --store: where a password does not show in the list of processes',
    )
    .parse()
    .opts<Flags>()
}

async function start({ port, host, path, origin, idle, drain, logLevel, ...rest }: Flags): Promise<void> {
  const { metrics, metricsHost, perAddress: maxLinksPerAddress, trustProxy } = rest
  const log = pino({ level: logLevel })
  const secret = process.env['HOLDFAST_SECRET']
  const allowedOrigins = origin?.includes('*') ? '*' : origin
  const http = createHttpServer()
  const store = await openStore(rest.store)
  const server = createServer({
    ...{ store, allowedOrigins, secret, idle, log, maxLinksPerAddress, trustProxy },
  }).attach(http, { path })
  listen(http, { host, port, flag: '--port' }, (at) => console.log(`holdfast is listening on ws://${at}${path}`))
  const open = [http]
  if (metrics !== undefined) {
    const scrape = createScrape(server)
    listen(scrape, { host: metricsHost, port: metrics, flag: '--metrics' }, (at) =>
      console.log(`metrics are on http://${at}/metrics`),
    )
    open.push(scrape)
  }
  stopOnSignal(open, server, store, drain)
}

/** Where to listen, and the flag that says so. */
interface Place {
  host: string
  port: number
  flag: string
}

function listen(http: HttpServer, place: Place, onListening: (at: string) => void): void {
  http.on('error', (error: NodeJS.ErrnoException) => fail(explain(error, place)))
  http.listen(place.port, place.host, () => {
    const { address, family, port: bound } = http.address() as AddressInfo
    onListening(`${family === 'IPv6' ? `[${address}]` : address}:${bound}`)
  })
}

/** A second signal does not wait. */
function stopOnSignal(open: HttpServer[], server: HoldfastServer, store: Store, spread: number): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    console.log('holdfast sends its clients away and stops')
    void server.close({ spread }).then(async () => {
      await store.close()
      for (const http of open) {
        http.close()
        http.closeAllConnections()
      }
    })
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
}

function explain({ code, message }: NodeJS.ErrnoException, { host, port, flag }: Place): string {
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use; choose another with ${flag}`
  if (code === 'EACCES') return `port ${port} needs rights that this user has not; choose one above 1023 with ${flag}`
  return message
}

function fail(message: string): never {
  console.error(`holdfast: ${message}`)
  process.exit(1)
}

start(flags()).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
