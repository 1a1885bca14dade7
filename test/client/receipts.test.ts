// What becomes of a message after the server has it.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { OutgoingMessage } from '../../src/index.js'
import type { Packed, Receipt, ServerFrame } from '../../src/wire/frame.js'
import { answers } from '../socket/fakes.js'
import { dialled, type Rig } from '../support/fake-transport.js'

const uncaught: unknown[] = []
const note = (error: unknown) => uncaught.push(error)

afterEach(() => {
  process.off('unhandledRejection', note)
  uncaught.length = 0
})

const ben = { client: 'ben1', user: 'ben', time: 7 }

async function accepted(receipts = true): Promise<Rig & { message: OutgoingMessage; told: unknown[] }> {
  const rig = await dialled()
  rig.transport.last.accept({ receipts })
  const message = rig.client.channel('room').send('hi')
  const told: unknown[] = []
  message.on('state', ({ state }) => told.push(state))
  message.on('receipt', (receipt) => told.push(receipt))
  await answers()
  rig.transport.last.hear({ t: 'accepted', seq: 1, placed: [[1, 42]] })
  return { ...rig, message, told }
}

const delivered = (n: number, receipt: Partial<Receipt>): ServerFrame<Packed> => ({
  t: 'delivered',
  n,
  ch: 'room',
  list: [{ seq: 1, to: 1, count: 0, of: 2, ...receipt }],
})

describe('a message that the server has', () => {
  it('has its place', async () => {
    const { message } = await accepted()
    expect(message.offset).toBe(42)
  })
  it('is stored while nobody is there, then delivered to one after the other', async () => {
    const { message, told, transport } = await accepted()
    expect([message.state, message.receipt]).toEqual(['accepted', undefined])
    transport.last.hear(delivered(1, {}))
    expect([message.state, message.receipt]).toEqual(['stored', { count: 0, of: 2 }])
    transport.last.hear(delivered(2, { count: 1, by: ben }), delivered(3, { count: 2 }))
    expect(message.state).toBe('delivered')
    expect(message.receipt).toEqual({ count: 2, of: 2 })
    expect(told).toEqual([
      'accepted',
      'stored',
      { count: 0, of: 2 },
      'delivered',
      { count: 1, of: 2, by: ben },
      { count: 2, of: 2 },
    ])
  })
  it('its promise is the first who has it, whenever it is asked for', async () => {
    const { message, transport } = await accepted()
    const early = message.delivered
    transport.last.hear(delivered(1, {}), delivered(2, { count: 1, by: ben }))
    await expect(early).resolves.toEqual({ count: 1, of: 2, by: ben })
    await expect(message.accepted).resolves.toBe(message)
    expect(message.delivered).toBe(early)
  })
  it('no state goes back', async () => {
    const { message, transport } = await accepted()
    transport.last.hear(delivered(1, { count: 1 }), delivered(2, { count: 0 }))
    expect([message.state, message.receipt?.count]).toEqual(['delivered', 0])
    await expect(message.delivered).resolves.toBeDefined()
  })
  it('that nobody got fails, and was accepted all the same', async () => {
    const { message, told, transport } = await accepted()
    const early = message.accepted
    transport.last.hear(delivered(1, { gone: true }))
    expect([message.state, message.error?.code]).toEqual(['failed', 'undelivered'])
    expect(told).toEqual(['accepted', 'failed', { count: 0, of: 2 }])
    await expect(message.delivered).rejects.toMatchObject({ name: 'MessageError', code: 'undelivered' })
    await expect(early).resolves.toBe(message)
  })
  it('that nobody got was accepted, also when that is asked for later', async () => {
    const { message, transport } = await accepted()
    transport.last.hear(delivered(1, { gone: true }))
    await expect(message.accepted).resolves.toBe(message)
  })
  it('is told of no more when the client is closed; what was delivered stays so', async () => {
    const { message, client, transport } = await accepted()
    const early = message.delivered.catch((error: unknown) => error)
    client.close()
    expect(await early).toMatchObject({ name: 'MessageError', code: 'untold' })
    expect(message.state).toBe('accepted')
    await expect(message.accepted).resolves.toBe(message)
    const other = await accepted()
    other.transport.last.hear(delivered(1, { count: 1 }))
    other.client.close()
    await expect(other.message.delivered).resolves.toEqual({ count: 1, of: 2 })
    expect(transport.dials).toHaveLength(1)
  })
  it('is not told of by a server that does not tell: nobody waits for ever', async () => {
    const { message } = await accepted(false)
    await expect(message.delivered).rejects.toMatchObject({ code: 'untold' })
  })
  it('that failed was not delivered', async () => {
    const { client } = await dialled()
    const message = client.channel('room').send('hi', { ttl: 0 })
    client.close()
    await expect(message.delivered).rejects.toBe(message.error)
  })
  it('makes no promise that nobody asked for', async () => {
    process.on('unhandledRejection', note)
    const { message, transport, client } = await accepted()
    transport.last.hear(delivered(1, { gone: true }))
    client.channel('room').send('later')
    client.close()
    await answers()
    expect(message.state).toBe('failed')
    expect(uncaught).toEqual([])
  })
  it('tells until the listener stops', async () => {
    const { message, transport } = await accepted()
    const seen = vi.fn()
    message.on('receipt', seen)()
    transport.last.hear(delivered(1, {}))
    expect(seen).not.toHaveBeenCalled()
  })
})
