// Boxes that take no large body, and boxes that send clients away.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/index.js'
import { Middlebox } from '../support/middlebox.js'
import { clientOf, Crossing, reach, story, well } from './crossing.js'
import { leaving, oneServer } from './site.js'

const LIMIT = `
      if ($http_upgrade) { return 403; }
      client_max_body_size 16k;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass http://app;`

const UPGRADE = `
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_pass http://app;`

/** Quick to compare. */
const inShort = (body: unknown) =>
  createHash('sha1')
    .update(body as string | Uint8Array)
    .digest('hex')

describe('nginx that takes no body over 16 KiB', () => {
  const many = 400
  const bytes = (size: number, n: number) => new Uint8Array(size).fill(n)

  it.concurrent.for([
    ['texts of 100 characters', (n: number) => String(n).padStart(100, '.')],
    ['texts of 2,000 characters', (n: number) => String(n).padStart(2_000, '.')],
    ['texts of 2,000 letters of three bytes', (n: number) => String(n).padStart(2_000, '字')],
    ['1,000 bytes', (n: number) => bytes(1_000, n)],
    ['5,000 bytes', (n: number) => bytes(5_000, n)],
    ['8,000 bytes', (n: number) => bytes(8_000, n)],
  ] as const)('%s each: all pass, and one too large in their midst fails alone', async ([, body], context) => {
    const later = leaving(context)
    const site = await oneServer()
    later(site.stop)
    const box = await Middlebox.start('nginx', { rules: LIMIT, to: site.ports })
    later(() => box.stop())
    const [ada, ben] = [clientOf(box.port), clientOf(site.ports[0] ?? 0)]
    for (const client of [ada, ben]) later(() => client.close())
    const heard: unknown[] = []
    ben.channel('up').on('message', (message) => heard.push(message.body), { from: 'oldest' })
    const bodies = Array.from({ length: many }, (_, n) => body(n))
    const big = bytes(20_000, 0)
    const sent = bodies.map((one) => ada.channel('up').send(one))
    const first = ada.channel('up').send(big)
    const after = ada.channel('up').send('after')
    await expect(first.accepted).rejects.toMatchObject({ name: 'MessageError', code: 'too-big' })
    await Promise.all([...sent, after].map(({ accepted }) => accepted))
    await expect(ada.channel('up').send(big).accepted).rejects.toMatchObject({ code: 'too-big' })
    await ada.channel('up').send('last').accepted
    while (heard.length < many + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(heard.map(inShort)).toEqual([...bodies, 'after', 'last'].map(inShort))
  })
})

describe('nginx that sends everybody away with Retry-After', () => {
  it.concurrent.for([429, 503])(
    '%d: is not asked again before its time, and nothing is lost',
    async (status, context) => {
      const later = leaving(context)
      const site = await oneServer()
      later(site.stop)
      const away = { rules: `add_header Retry-After 1 always; return ${String(status)};`, to: site.ports }
      const kind = { rules: UPGRADE, to: site.ports }
      const box = await Middlebox.start('nginx', away)
      later(() => box.stop())
      const crossing = new Crossing(box.port, site.ports[0] ?? 0)
      later(() => crossing.close())
      const { ada } = crossing
      const sentAway = watch(ada, String(status))
      await Promise.all([sentAway(), crossing.say(600)])
      await box.tell(kind)
      await Promise.all([reach(ada, 'websocket'), crossing.say(800)])
      await box.tell(away)
      await Promise.all([sentAway(), crossing.say(600)])
      await box.tell(kind)
      await reach(ada, 'websocket')
      expect(await crossing.judge(), story(ada)).toEqual(well)
    },
  )
})

/** Waits until a client was sent away twice, for a second each time. */
function watch(client: Client, status: string): () => Promise<void> {
  const told: { delay: number; at: number }[] = []
  client.on('retry', ({ delay, reason }) => {
    if (reason.includes(status)) told.push({ delay, at: Date.now() })
  })
  return async () => {
    const before = told.length
    while (told.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const [one, two] = told.slice(before)
    expect([one?.delay, two?.delay]).toEqual([1_000, 1_000])
    expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(995)
  }
}
