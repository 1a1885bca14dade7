// Nothing is lost, nothing comes twice, and all is in order, whatever the network does to single requests.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { News } from '../../src/testing/watched.js'
import { longPoll, shortPoll } from '../../src/transports/poll.js'
import { sse } from '../../src/transports/sse.js'
import type { Transport } from '../../src/transports/transport.js'
import { answers, FakeEnv } from '../socket/fakes.js'
import { calm, RoughHttp, type Way } from '../support/rough-http.js'

type Step = { do: 'say' | 'hear'; many: number } | { do: 'pass'; ms: number }

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('say' as const, 'hear' as const), many: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  ),
  { maxLength: 40 },
)
const ms = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 12_000 }))
const ways = fc.array(
  fc.record<Way>({
    up: ms,
    later: ms,
    down: ms,
    copies: fc.constantFrom(1, 1, 1, 1, 0, 2, 2),
    lost: fc.constantFrom<Way['lost'][]>(false, false, false, false, false, 'silence', 'error', 502, 504),
  }),
  { maxLength: 30 },
)

/** Text and bytes, all different. */
const packet = (who: string, n: number) =>
  n % 3 ? `${who} ${String(n)}` : new Uint8Array([who.charCodeAt(0), n & 255, n >> 8])
const packets = (who: string, many: number) => Array.from({ length: many }, (_, n) => packet(who, n + 1))

/** Whether the link lived through it all. */
async function live(make: (fetch: typeof globalThis.fetch) => Transport, plan: Step[], rough: Way[]): Promise<boolean> {
  const env = new FakeEnv()
  const net = new RoughHttp(env)
  const news: News[] = []
  const told = new Map<string, number>()
  let said = 0
  const connection = make(net.fetch).open(
    { url: 'http://far/', protocols: [] },
    { opened: () => undefined, received: (one) => news.push(one), closed: (closing) => news.push(closing) },
    env,
  )
  // The opening is spared: a link that does not come to be proves nothing.
  let asked = 0
  net.ways = () => (asked++ ? (rough[asked % (rough.length * 2 || 1)] ?? calm) : calm)
  const hear = (many: number) => {
    for (const link of net.far.links.values())
      for (let n = 0; n < many; n++) {
        told.set(link.ticket, (told.get(link.ticket) ?? 0) + 1)
        link.send(packet(link.ticket, told.get(link.ticket) ?? 0))
      }
  }
  await env.pass(300)
  for (const step of plan) {
    if (step.do === 'pass') await env.pass(step.ms)
    else if (step.do === 'hear') hear(step.many)
    else for (let n = 0; n < step.many; n++) connection.send(packet('x', ++said))
    await answers()
  }
  net.ways = () => calm
  await env.pass(90_000)
  const [link] = net.far.links.values()
  const end = news.find((one) => typeof one === 'object' && 'code' in one)
  const heard = end ? news.slice(0, -1) : news
  expect(heard).toEqual(packets('t1', told.get('t1') ?? 0).slice(0, end ? heard.length : undefined))
  expect(link?.got).toEqual(packets('x', said).slice(0, end ? link?.got.length : undefined))
  if (end) return false
  connection.send('bye')
  connection.close(4000, '')
  await env.pass(1_000)
  expect(link?.got.at(-1)).toBe('bye')
  expect(link?.over?.code).toBe(4000)
  await env.pass(60_000)
  expect(env.timers.size).toBe(0)
  return true
}

describe.each([
  ['sse', (fetch: typeof globalThis.fetch) => sse({ fetch })],
  ['long-poll', (fetch: typeof globalThis.fetch) => longPoll({ fetch })],
  ['short-poll', (fetch: typeof globalThis.fetch) => shortPoll({ fetch })],
])('%s on a rough network', (_, make) => {
  it('loses nothing, brings nothing twice, and keeps the order', async () => {
    const lived: boolean[] = []
    await fc.assert(
      fc.asyncProperty(steps, ways, async (plan, rough) => {
        lived.push(await live(make, plan, rough))
      }),
      { numRuns: 150 },
    )
    // Else it proves little.
    expect(lived.filter(Boolean).length).toBeGreaterThan(lived.length / 4)
  })
})
