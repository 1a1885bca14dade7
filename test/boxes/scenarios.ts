// What boxes do, each told how to do it, and the transport that is left.
import { HostileBox, type Mood } from '../support/hostile-box.js'
import { Middlebox, type Program } from '../support/middlebox.js'
import type { Rung } from './crossing.js'

/** A box that runs. It is hostile when it starts. */
export interface Box {
  port: number
  be(mood: 'hostile' | 'kind'): Promise<void>
  stop(): Promise<void>
}

export interface Scenario {
  name: string
  /** By whom. */
  by: Program | 'node'
  /** What gets through while the box is hostile; through a kind one it is a WebSocket. */
  rung: Rung
  /** A transport above it is not refused but never answered: it is given half a second. */
  silent?: true
  /** Two servers, and no request is sure of the one before it. */
  servers?: 2
  start(to: readonly number[]): Promise<Box>
}

/** As the manuals have it. */
export const KIND = {
  nginx: `
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_pass http://app;`,
  haproxy: '',
}

const told = (by: Program, name: string, rung: Rung, rules: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  by,
  rung,
  async start(to) {
    const box = await Middlebox.start(by, { rules, to })
    return {
      port: box.port,
      be: (mood) => box.tell({ rules: mood === 'kind' ? KIND[by] : rules, to }),
      stop: () => box.stop(),
    }
  },
  ...more,
})

const made = (name: string, rung: Rung, hostile: Mood, more: Partial<Scenario> = {}): Scenario => ({
  name,
  by: 'node',
  rung,
  async start([to = 0]) {
    const box = await HostileBox.start(to, hostile)
    return {
      port: box.port,
      be: (mood) => Promise.resolve(box.become(mood === 'kind' ? { upgrade: 'pass' } : hostile)),
      stop: () => box.stop(),
    }
  },
  ...more,
})

const refusing = (status: number) => `if ($http_upgrade) { return ${String(status)}; }`
/** What comes by HTTP/1.0 is passed on in whole blocks; of what comes in chunks, each chunk. */
const BUFFERED = 'proxy_ignore_headers X-Accel-Buffering;'
const OLD = 'proxy_pass http://app;'
const PASS = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://app;'
const NO_UPGRADE = 'http-request deny deny_status 403 if { hdr(Upgrade) -i websocket }'

/** All answer the path with a redirect to another that leads to the server. */
const redirect = (status: number) => `
      if ($uri = /realtime) { return ${String(status)} /moved/realtime$is_args$args; }
      rewrite ^/moved(/.*) $1 break;
      ${PASS}`

export const scenarios: readonly Scenario[] = [
  ...[400, 403, 426, 501].map((status) =>
    told('nginx', `upgrade refused with ${String(status)}`, 'sse', `${refusing(status)} ${PASS}`),
  ),
  told('haproxy', 'upgrade refused with 403', 'sse', NO_UPGRADE),
  told('haproxy', 'the same, with option http-no-delay', 'sse', `option http-no-delay\n${NO_UPGRADE}`),
  made('upgrade never answered', 'sse', { upgrade: 'hang' }, { silent: true }),
  made('upgrade accepted, then silence', 'sse', { upgrade: 'mute' }, { silent: true }),
  told('nginx', 'as it comes: HTTP/1.0, no upgrade', 'sse', OLD),
  told('nginx', 'HTTP/1.1, no upgrade', 'sse', PASS),
  told('nginx', 'streams in blocks, no upgrade', 'long-poll', `${BUFFERED} ${OLD}`, { silent: true }),
  told('nginx', 'streams in blocks, upgrade refused with 403', 'long-poll', `${refusing(403)} ${BUFFERED} ${OLD}`, {
    silent: true,
  }),
  told('nginx', 'streams in chunks, upgrade refused with 403', 'sse', `${refusing(403)} ${BUFFERED} ${PASS}`),
  made('answers cut in their middle, upgrade refused', 'long-poll', { upgrade: 'refuse', cut: { ms: 300, nth: 10 } }),
  ...[301, 302, 307, 308].map((status) => told('nginx', `redirect with ${String(status)}`, 'sse', redirect(status))),
  told('nginx', 'two servers in turn, upgrade refused with 403', 'sse', `${refusing(403)} ${PASS}`, { servers: 2 }),
  told('nginx', 'two servers in turn, streams in blocks', 'long-poll', `${refusing(403)} ${BUFFERED} ${OLD}`, {
    silent: true,
    servers: 2,
  }),
]

/** For comparison: nothing is in the way. */
export const clear = told('nginx', 'nothing refused', 'websocket', KIND.nginx)
