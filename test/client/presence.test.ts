import { describe, expect, it, vi } from 'vitest'
import type { Packed, Presence as Seen, Seat, ServerFrame } from '../../src/wire/frame.js'
import { answers } from '../socket/fakes.js'
import { dialled, type Rig } from '../support/fake-transport.js'

const seat = (client: string, presence: Seen = 'online', user = '', time = 1): Seat => ({
  client,
  user,
  presence,
  time,
})

const present = (n: number, list: Seat[], more: { all?: boolean; left?: string[] } = {}): ServerFrame<Packed> => ({
  t: 'present',
  n,
  ch: 'room',
  list,
  ...more,
})

async function watching(): Promise<Rig & { room: ReturnType<Rig['client']['presence']> }> {
  const rig = await dialled()
  rig.transport.last.accept({ receipts: true })
  const room = rig.client.presence('room')
  await answers()
  return { ...rig, room }
}

const said = ({ transport }: Rig) =>
  transport.last.frames.filter(({ t }) => t === 'watch' || t === 'unwatch' || t === 'seen')

describe('the presence of a channel', () => {
  it('is all that are in it, then what changes', async () => {
    const { room, transport } = await watching()
    const changes = vi.fn()
    room.on('change', changes)
    expect(room.list).toEqual([])
    transport.last.hear(present(1, [seat('n1'), seat('b', 'away')], { all: true }))
    transport.last.hear(present(2, [seat('b', 'offline', '', 2), seat('c')], { left: ['n1'] }))
    expect(room.list).toEqual([seat('b', 'offline', '', 2), seat('c')])
    expect(changes.mock.calls).toEqual([
      [{ list: [seat('n1'), seat('b', 'away')], changed: [seat('n1'), seat('b', 'away')], left: [] }],
      [
        {
          list: [seat('b', 'offline', '', 2), seat('c')],
          changed: [seat('b', 'offline', '', 2), seat('c')],
          left: ['n1'],
        },
      ],
    ])
  })
  it('said anew tells only of what is different', async () => {
    const { room, transport } = await watching()
    transport.last.hear(present(1, [seat('a'), seat('b')], { all: true }))
    const changes = vi.fn()
    room.on('change', changes)
    transport.last.hear(present(2, [seat('a'), seat('b')], { all: true }))
    expect(changes).not.toHaveBeenCalled()
    transport.last.hear(present(3, [seat('b', 'online', '', 3)], { all: true }))
    expect(changes.mock.calls).toEqual([
      [{ list: [seat('b', 'online', '', 3)], changed: [seat('b', 'online', '', 3)], left: ['a'] }],
    ])
  })
  it('by person: the best of the devices, the latest time; who is not known stands alone', async () => {
    const { room, transport } = await watching()
    const [phone, desk, old, one, two, odd] = [
      seat('phone', 'offline', 'bob', 5),
      seat('desk', 'away', 'bob', 9),
      seat('old', 'offline', 'bob', 2),
      seat('one'),
      seat('two', 'offline'),
      seat('x', 'offline', 'one'),
    ]
    transport.last.hear(present(1, [phone, desk, old, one, two, odd], { all: true }))
    expect(room.users).toEqual([
      { user: 'bob', presence: 'away', time: 9, devices: [phone, desk, old] },
      { user: '', presence: 'online', time: 1, devices: [one] },
      { user: '', presence: 'offline', time: 1, devices: [two] },
      { user: 'one', presence: 'offline', time: 1, devices: [odd] },
    ])
  })
  it('is one object for each channel, until it is stopped; then the list stays', async () => {
    const rig = await watching()
    const { room, client, transport } = rig
    expect(client.presence('room')).toBe(room)
    transport.last.hear(present(1, [seat('a')], { all: true }))
    room.stop()
    room.stop()
    transport.last.hear(present(2, [seat('b')]))
    await answers()
    expect(room.list).toEqual([seat('a')])
    expect(said(rig)).toEqual([
      { t: 'watch', ch: 'room' },
      { t: 'unwatch', ch: 'room' },
      { t: 'unwatch', ch: 'room' },
    ])
    expect(client.presence('room')).not.toBe(room)
  })
  it('outlives the link', async () => {
    const rig = await watching()
    const { room, transport, env } = rig
    transport.last.hear(present(1, [seat('a')], { all: true }))
    transport.last.end()
    expect(room.list).toEqual([seat('a')])
    await env.pass(1_000)
    transport.last.accept({ receipts: true })
    await answers()
    expect(said(rig)).toEqual([{ t: 'watch', ch: 'room' }])
  })
  it('that is not allowed is an error', async () => {
    const { room, transport } = await watching()
    const errors = vi.fn()
    room.on('error', errors)
    transport.last.hear({ t: 'denied', ch: 'room', watch: true, code: 'forbidden', reason: 'not you' })
    expect(errors.mock.calls).toMatchObject([[{ name: 'ConnectionError', code: 'forbidden' }]])
  })
  it('is of a channel: what is no name is refused', async () => {
    const { client } = await dialled()
    expect(() => client.presence('')).toThrow(expect.objectContaining({ code: 'bad-option' }) as Error)
  })
})

describe('who looks at this page', () => {
  const turn = ({ page }: Rig, visibilityState: string) => {
    page.document = { visibilityState }
    page.say('visibilitychange')
  }
  it('is told when it is hidden, and when it is shown', async () => {
    const rig = await watching()
    rig.room.stop()
    await answers()
    rig.transport.last.packets.length = 0
    turn(rig, 'hidden')
    await answers()
    turn(rig, 'visible')
    await answers()
    // Who comes back pings, and the ping takes the word with it once more.
    expect(said(rig)).toEqual([
      { t: 'seen', away: true },
      { t: 'seen', away: false },
      { t: 'seen', away: false },
    ])
  })
  it('a page that begins hidden says so; one shown says nothing', async () => {
    const rig = await dialled()
    turn(rig, 'hidden')
    rig.transport.last.accept({ receipts: true })
    await answers()
    expect(said(rig)).toEqual([{ t: 'seen', away: true }])
    const shown = await watching()
    expect(said(shown)).toEqual([{ t: 'watch', ch: 'room' }])
  })
  it('is heard of the page also where a source tells of the network; and not after the close', async () => {
    const rig = await dialled({ network: { status: 'unknown', on: () => () => undefined } })
    rig.transport.last.accept({ receipts: true })
    turn(rig, 'hidden')
    await answers()
    expect(said(rig)).toEqual([{ t: 'seen', away: true }])
    rig.client.close()
    turn(rig, 'visible')
    await answers()
    expect(said(rig)).toHaveLength(1)
  })
})
