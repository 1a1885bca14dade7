import { describe, expect, it } from 'vitest'
import { customCodec } from '../../src/wire/custom.js'
import { FrameError } from '../../src/wire/errors.js'
import type { ServerFrame } from '../../src/wire/frame.js'

const quiet = { encode: () => undefined, decode: () => undefined }

describe('a codec of the user', () => {
  it('is handed bodies as values, and may have no word for a frame', () => {
    const codec = customCodec({
      ...quiet,
      encode: (frame) => (frame.t === 'send' ? JSON.stringify({ id: frame.seq, data: frame.body }) : undefined),
    })
    expect(
      codec.encode([
        { t: 'ping', id: 1 },
        { t: 'send', seq: 1, ch: 'a', body: '{"x":1}' },
        { t: 'send', seq: 2, ch: 'a', body: '"y"' },
      ]),
    ).toEqual(['{"id":1,"data":{"x":1}}', '{"id":2,"data":"y"}'])
  })
  it.each<[string, ServerFrame | ServerFrame[] | undefined, number]>([
    ['nothing', undefined, 0],
    ['a frame', { t: 'accepted', seq: 1, only: true }, 1],
    [
      'several',
      [
        { t: 'accepted', seq: 1 },
        { t: 'message', ch: 'a', body: 1 },
      ],
      2,
    ],
  ])('may make of a packet: %s', (_what, frames, count) => {
    expect(customCodec({ ...quiet, decode: () => frames }).decode('x')).toHaveLength(count)
  })
  it('is checked like the network', () => {
    for (const bad of [{ t: 'accepted' }, { t: 'nope' }, 5, [null]] as unknown[]) {
      const codec = customCodec({ ...quiet, decode: () => bad as ServerFrame })
      expect(() => codec.decode('x')).toThrow(FrameError)
    }
  })
  it('is handed other frames as they are', () => {
    const told: unknown[] = []
    customCodec({ ...quiet, encode: (frame) => void told.push(frame) }).encode([{ t: 'ping', id: 1 }])
    expect(told).toStrictEqual([{ t: 'ping', id: 1 }])
  })
  it('says why it cannot say a frame', () => {
    const cause = new Error('no word')
    const encode = (): never => {
      throw cause
    }
    const check = customCodec({ ...quiet, encode }).check
    expect(() => check?.({ t: 'ping', id: 1 })).toThrow(expect.objectContaining({ code: 'not-encodable', cause }))
  })
  it('may throw: that is a bad frame', () => {
    const codec = customCodec({ ...quiet, decode: (packet) => JSON.parse(packet as string) as ServerFrame })
    expect(() => codec.decode('{')).toThrow(
      expect.objectContaining({ name: 'FrameError', code: 'bad-frame', cause: expect.any(SyntaxError) as unknown }),
    )
  })
  it('can be asked whether it can say a frame', () => {
    const codec = customCodec({
      ...quiet,
      encode() {
        throw new Error('no such word')
      },
    })
    expect(() => codec.check?.({ t: 'send', seq: 1, ch: 'a', body: '1' })).toThrow('no such word')
  })
  it.each<unknown>([{}, { encode: () => undefined }, { ...quiet, encode: 'x' }])('%j is none', (codec) => {
    expect(() => customCodec(codec as typeof quiet)).toThrow(
      expect.objectContaining({ name: 'OptionError', message: expect.stringContaining('encode and decode') as string }),
    )
  })
  it('greets and names subprotocols only when it says so', () => {
    expect(customCodec(quiet)).toMatchObject({ greets: false, protocols: [] })
    expect(customCodec({ ...quiet, greets: true, protocols: ['p'] })).toMatchObject({ greets: true, protocols: ['p'] })
  })
})
