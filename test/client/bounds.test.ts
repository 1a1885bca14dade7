// However often it reconnects, and whatever passes: what a client keeps in its memory is what it kept the first time.
import { expect, it } from 'vitest'
import { answers } from '../socket/fakes.js'
import { dialled, type Rig } from '../support/fake-transport.js'
import { inventory } from '../support/inventory.js'

const ROUNDS = 60
/** What the test has put into the client. */
const fakes = ['FakeTransport', 'FakeEnv', 'FakePage', 'FakeConnection']

/** The link breaks, another one opens, and all goes on as before; messages pass both ways, and are received. */
async function round({ client, transport, env }: Rig, n: number): Promise<void> {
  transport.last.end()
  await env.pass(30_000)
  const [link, room] = [transport.last, client.channel('room')]
  link.accept({ receipts: true, resumed: n > 1, got: n - 1 })
  const message = room.send('x')
  const asked = room.history()
  await answers()
  link.hear({ t: 'subscribed', ch: 'room', epoch: 'e', next: 2 * n - 1 })
  link.hear({ t: 'accepted', seq: n, placed: [[n, 2 * n - 1]] })
  for (const offset of [2 * n - 1, 2 * n])
    link.hear({ t: 'message', ch: 'room', offset, id: `b:${String(offset)}`, from: '', time: 0, body: '1' })
  const question = link.frames.filter((frame) => frame.t === 'history').at(-1)
  if (question)
    link.hear({ t: 'page', id: question.id, ch: 'room', epoch: 'e', oldest: 1, next: 2 * n + 1, entries: [] })
  link.hear({ t: 'delivered', n: 1, ch: 'room', list: [{ seq: n, to: n, count: 1, of: 1 }] })
  link.hear({ t: 'present', n: 2, ch: 'room', all: true, list: [] })
  await Promise.all([message.delivered, asked])
  await env.pass(10_000)
}

it('a client', async () => {
  const rig = await dialled()
  const { client, transport, env } = rig
  client.channel('room').on('message', () => undefined)
  client.presence('room')
  transport.last.accept({ receipts: true })
  let n = 0
  const go = async (times: number): Promise<void> => {
    for (const end = n + times; n < end;) await round(rig, ++n)
  }
  // Its journal is full by then.
  await go(ROUNDS)
  const before = inventory(client, ...fakes)
  expect(Object.keys(before).length).toBeGreaterThan(10)
  await go(ROUNDS)
  expect(inventory(client, ...fakes)).toEqual(before)
  expect(env.timers.size).toBe(1)
})
