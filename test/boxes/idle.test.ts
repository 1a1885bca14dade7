// Boxes that let nothing be silent, or last, for longer than they like.
import { describe, expect, it } from 'vitest'
import type { CreateClientOptions } from '../../src/index.js'
import { Middlebox, type Program } from '../support/middlebox.js'
import { Crossing, type Rung, settle, story, well } from './crossing.js'
import { leaving, oneServer } from './site.js'

const UPGRADE = `
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_pass http://app;`

const REFUSED = `
      if ($http_upgrade) { return 403; }
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://app;`

interface Case {
  name: string
  by: Program
  rules: string
  options?: Partial<CreateClientOptions>
  rung: Rung
  /** It stays on it for so long without a word, ms. */
  rests: number
}

const cases: readonly Case[] = [
  {
    name: 'a WebSocket that is asked often enough is never idle for 5 s',
    by: 'nginx',
    rules: `proxy_read_timeout 5s; ${UPGRADE}`,
    options: { heartbeat: { interval: 2_000 } },
    rung: 'websocket',
    rests: 6_500,
  },
  {
    name: 'a WebSocket that is asked often enough is never idle for 5 s',
    by: 'haproxy',
    rules: 'timeout tunnel 5s\ntimeout server 5s',
    options: { heartbeat: { interval: 2_000 } },
    rung: 'websocket',
    rests: 6_500,
  },
  {
    name: 'what is cut twice after 5 s of silence, WebSocket or stream, gives way to polls',
    by: 'nginx',
    rules: `proxy_read_timeout 5s; ${UPGRADE}`,
    rung: 'long-poll',
    rests: 8_000,
  },
  {
    name: 'what is cut twice after 5 s of silence, WebSocket or stream, gives way to polls',
    by: 'haproxy',
    rules: 'timeout tunnel 5s\ntimeout server 5s',
    rung: 'long-poll',
    rests: 8_000,
  },
  {
    name: 'polls are as short as a box wants them that answers 504 after 2 s',
    by: 'nginx',
    rules: `proxy_read_timeout 2s; ${REFUSED}`,
    rung: 'long-poll',
    rests: 8_000,
  },
  {
    name: 'polls are as short as a box wants them that answers 504 after 2 s',
    by: 'haproxy',
    rules: 'http-request deny deny_status 403 if { hdr(Upgrade) -i websocket }\ntimeout server 2s',
    rung: 'long-poll',
    rests: 8_000,
  },
  {
    name: 'where nothing may take longer than 400 ms, short polls are left',
    by: 'nginx',
    rules: `proxy_read_timeout 400ms; ${REFUSED}`,
    rung: 'short-poll',
    rests: 8_000,
  },
]

describe('a box that cuts what is silent', () => {
  const named = cases.map((one) => [`${one.by}: ${one.name}`, one] as const)
  it.concurrent.for(named)('%s', async ([name, { by, rules, options, rung, rests }], context) => {
    const later = leaving(context)
    const site = await oneServer()
    later(site.stop)
    const box = await Middlebox.start(by, { rules, to: site.ports })
    later(() => box.stop())
    const crossing = new Crossing(box.port, site.ports[0] ?? 0, options)
    later(() => crossing.close())
    const { ada } = crossing
    const rungs: string[] = []
    ada.on('transport', ({ transport }) => rungs.push(transport))
    const start = performance.now()
    await settle(ada, rung, rests)
    const settled = performance.now() - start - rests
    await crossing.say(2_000)
    expect(await crossing.judge(), story(ada)).toEqual(well)
    console.log(`${name}: ${rungs.join(' > ')}, there after ${(settled / 1_000).toFixed(1)} s`)
  })
})
