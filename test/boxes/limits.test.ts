// Boxes that take no large body, and boxes that send clients away.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Middlebox } from '../support/middlebox.js'
import { clientOf, Crossing, none, reach } from './crossing.js'
import { oneServer } from './site.js'

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

  it.concurrent.each([
    ['texts of 100 characters', (n: number) => String(n).padStart(100, '.')],
    ['texts of 2,000 characters', (n: number) => String(n).padStart(2_000, '.')],
    ['texts of 2,000 letters of three bytes', (n: number) => String(n).padStart(2_000, '字')],
    ['1,000 bytes', (n: number) => bytes(1_000, n)],
    ['5,000 bytes', (n: number) => bytes(5_000, n)],
    ['8,000 bytes', (n: number) => bytes(8_000, n)],
  ])('%s each: all pass, and of those in their midst too large only they fail', async (_, body) => {
    const site = await oneServer()
    const box = await Middlebox.start('nginx', { rules: LIMIT, to: site.ports })
    const [ada, ben] = [clientOf(box.port), clientOf(site.ports[0] ?? 0)]
    try {
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
    } finally {
      for (const client of [ada, ben]) client.close()
      await box.stop()
      await site.stop()
    }
  })
})

describe.each([429, 503])('nginx that sends everybody away with %d and Retry-After', (status) => {
  it.concurrent('is not asked again before its time, and loses nothing', async () => {
    const site = await oneServer()
    const away = `add_header Retry-After 1 always; return ${String(status)};`
    const box = await Middlebox.start('nginx', { rules: away, to: site.ports })
    const crossing = new Crossing(box.port, site.ports[0] ?? 0)
    const { ada } = crossing
    const told: { delay: number; at: number }[] = []
    ada.on('retry', ({ delay, reason }) => {
      if (reason.includes(String(status))) told.push({ delay, at: Date.now() })
    })
    const sentAway = async () => {
      const before = told.length
      while (told.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
      const [one, two] = told.slice(before)
      expect([one?.delay, two?.delay]).toEqual([1_000, 1_000])
      expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(995)
    }
    try {
      await Promise.all([sentAway(), crossing.say(600)])
      await box.tell({ rules: UPGRADE, to: site.ports })
      await Promise.all([reach(ada, 'websocket'), crossing.say(800)])
      await box.tell({ rules: away, to: site.ports })
      await Promise.all([sentAway(), crossing.say(600)])
      await box.tell({ rules: UPGRADE, to: site.ports })
      await reach(ada, 'websocket')
      expect(await crossing.judge()).toEqual({ up: none, down: none, gaps: 0 })
    } finally {
      crossing.close()
      await box.stop()
      await site.stop()
    }
  })
})
