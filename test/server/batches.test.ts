import { describe, expect, it } from 'vitest'
import { packetsOf } from '../../src/server/batches.js'
import { clientCodec } from '../../src/wire/codec.js'
import type { Packed, ServerFrame } from '../../src/wire/frame.js'

const message = (body: Packed): ServerFrame<Packed> => ({
  ...{ t: 'message', ch: 'room', offset: 1, id: 'ben:1', from: '', time: 0 },
  body,
})
const text = (length: number): Packed => JSON.stringify('x'.repeat(length - 2))

/** The frames of each packet. */
const told = (...frames: ServerFrame<Packed>[]) =>
  [...packetsOf(frames)].map((packet) =>
    clientCodec.decode(packet).map((frame) => (frame.t === 'large' ? frame : frame.t)),
  )

describe('packets to a client', () => {
  it('are of 16 KiB, so that nothing waits long behind one', () => {
    const sizes = [...packetsOf(Array.from({ length: 100 }, () => message(text(1_000))))].map(({ length }) => length)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(2 ** 14)
  })
  it('are announced where one frame is larger, by a packet of its own', () => {
    const [large] = [...packetsOf([message(text(20_000))])].slice(-1)
    expect(told({ t: 'pong', id: 1 }, message(text(20_000)), { t: 'pong', id: 2 })).toEqual([
      ['pong'],
      [{ t: 'large', bytes: large?.length }],
      ['message'],
      ['pong'],
    ])
    expect(told(message(new Uint8Array(20_000)))).toMatchObject([[{ t: 'large' }], ['message']])
  })
  it('and not where it only might be', () => {
    expect(told(message(text(10_000)))).toEqual([['message']])
  })
})
