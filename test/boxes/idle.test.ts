// Boxes that let nothing be silent, or last, for longer than they like.
import { describe, expect, it } from 'vitest'
import type { CreateClientOptions } from '../../src/index.js'
import { Middlebox, type Program } from '../support/middlebox.js'
import { Crossing, none, type Rung, settle, story } from './crossing.js'
import { oneServer } from './site.js'

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
]

describe('a box that cuts what is silent', () => {
  const named = cases.map((one) => [`${one.by}: ${one.name}`, one] as const)
  it.concurrent.each(named)('%s', async (name, { by, rules, options, rung, rests }) => {
    const site = await oneServer()
    const box = await Middlebox.start(by, { rules, to: site.ports })
    const crossing = new Crossing(box.port, site.ports[0] ?? 0, options)
    const { ada } = crossing
    const rungs: string[] = []
    ada.on('transport', ({ transport }) => rungs.push(transport))
    try {
      const start = performance.now()
      await settle(ada, rung, rests)
      const settled = performance.now() - start - rests
      await crossing.say(2_000)
      expect(await crossing.judge()).toEqual({ up: none, down: none, gaps: 0 })
      if (process.env.BOXES) console.log(story(ada))
      console.log(`${name}: ${rungs.join(' > ')}, there after ${(settled / 1_000).toFixed(1)} s`)
    } finally {
      crossing.close()
      await box.stop()
      await site.stop()
    }
  })
})
