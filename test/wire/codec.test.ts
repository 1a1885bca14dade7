import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientCodec, type Codec, type Packet, serverCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Frame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { all, clean, clientFrames, seen, serverFrames } from '../support/frames.js'

const up = (frames: ClientFrame<Packed>[], max?: number) => clientCodec.encode(frames, max)
const down = (frames: ServerFrame<Packed>[], max?: number) => serverCodec.encode(frames, max)
const read = (codec: { decode: Codec['decode'] } | typeof serverCodec, packets: Packet[]) =>
  packets.flatMap((packet): object[] => codec.decode(packet)).map(clean)
const size = (packet: Packet) => Buffer.byteLength(packet)

describe('the codec', () => {
  it.each(all<ClientFrame<Packed>>(clientFrames))('carries a frame to the server: %j', (frame) => {
    const packets = up([frame])
    expect(packets).toHaveLength(1)
    expect(read(serverCodec, packets)).toEqual([seen(frame)])
  })
  it.each(all<ServerFrame<Packed>>(serverFrames))('carries a frame to the client: %j', (frame) => {
    const packets = down([frame])
    expect(packets).toHaveLength(1)
    expect(read(clientCodec, packets)).toEqual([seen(frame)])
  })
  it('carries frames with text and bytes in one packet, in order', () => {
    const frames = all<ClientFrame<Packed>>(clientFrames)
    const packets = up(frames)
    expect(packets).toHaveLength(1)
    expect(packets[0]).toBeInstanceOf(Uint8Array)
    expect(read(serverCodec, packets)).toEqual(frames.map(seen))
    const pages = all<ServerFrame<Packed>>(serverFrames)
    expect(read(clientCodec, down([...pages, ...pages]))).toEqual([...pages, ...pages].map(seen))
  })
  it('writes text as a JSON list that a person can read', () => {
    expect(
      up([
        { t: 'ping', id: 1 },
        { t: 'send', seq: 2, ch: 'a', body: '{"x": 1}' },
      ]),
    ).toEqual(['[{"t":"ping","id":1},{"t":"send","seq":2,"ch":"a","body":{"x": 1}}]'])
  })
  it('writes bytes behind their JSON, whose length comes first', () => {
    const head = '[{"t":"send","seq":2,"ch":"é","bin":3}]'
    const length = Buffer.byteLength(head)
    const [packet] = up([{ t: 'send', seq: 2, ch: 'é', body: new Uint8Array([7, 8, 9]) }])
    expect(packet).toEqual(new Uint8Array([0, 0, 0, length, ...Buffer.from(head), 7, 8, 9]))
  })
  it('says how it is spoken: the server waits for a hello, the client for a welcome', () => {
    expect(clientCodec).toMatchObject({ greets: true, protocols: ['holdfast.1'] })
    expect(serverCodec).toMatchObject({ greets: false, protocols: ['holdfast.1'] })
  })
  it('says why it could not read a packet, in few words', () => {
    const long = `[{"t":"${'x'.repeat(500)}"]`
    expect(() => serverCodec.decode(long)).toThrow(
      expect.objectContaining({ code: 'bad-frame', cause: expect.any(SyntaxError) as unknown }),
    )
    expect(() => serverCodec.decode('""')).toThrow('no list of frames')
  })
  it('has nothing to say about nothing', () => {
    expect(up([])).toEqual([])
    expect(serverCodec.decode('[]')).toEqual([])
  })
  it('leaves fields alone that it does not know', () => {
    expect(serverCodec.decode('[{"t":"ping","id":1,"later":{"x":1}}]')).toEqual([{ t: 'ping', id: 1, later: { x: 1 } }])
  })
})

describe('bytes that were received', () => {
  const [packet] = up([{ t: 'send', seq: 1, ch: 'a', body: new Uint8Array([1, 2, 3]) }]) as [Uint8Array]
  const bodyOf = (bytes: Uint8Array) => (serverCodec.decode(bytes)[0] as { body: unknown }).body

  it('may stand anywhere in a larger buffer', () => {
    const large = new Uint8Array(packet.length + 20)
    large.set(packet, 13)
    expect(bodyOf(large.subarray(13, 13 + packet.length))).toEqual(new Uint8Array([1, 2, 3]))
  })
  it('are copies, of their own size: neither the packet nor a Node Buffer lives on in them', () => {
    const buffer = Buffer.from(packet)
    const body = bodyOf(buffer) as Uint8Array
    buffer.fill(0)
    expect(body).toEqual(new Uint8Array([1, 2, 3]))
    expect(Object.getPrototypeOf(body)).toBe(Uint8Array.prototype)
    expect(body.buffer.byteLength).toBe(3)
  })
})

describe('a limit', () => {
  const sends = (count: number, body: Packed): ClientFrame<Packed>[] =>
    Array.from({ length: count }, (_, at) => ({ t: 'send', seq: at + 1, ch: 'room', body }))

  it.each<[string, Packed]>([
    ['ASCII', `"${'x'.repeat(50)}"`],
    ['three bytes a character', `"${'€'.repeat(50)}"`],
    ['four bytes a character', `"${'😀'.repeat(50)}"`],
    ['bytes', new Uint8Array(100)],
  ])('splits into packets that respect it: %s', (_what, body) => {
    for (const max of [500, 1_000, 4_000]) {
      const frames = sends(40, body)
      const packets = up(frames, max)
      expect(packets.length).toBeGreaterThan(1)
      for (const packet of packets) expect(size(packet)).toBeLessThanOrEqual(max)
      expect(read(serverCodec, packets)).toEqual(frames.map(seen))
    }
  })
  it('keeps together what fits', () => {
    expect(up(sends(40, '1'), 100_000)).toHaveLength(1)
    expect(up(sends(40, '1'), 4_000).length).toBeLessThan(10)
  })
  it('never splits a frame, and never makes an empty packet', () => {
    const frames = sends(3, `"${'x'.repeat(500)}"`)
    expect(up(frames, 10).map((packet) => serverCodec.decode(packet).length)).toEqual([1, 1, 1])
  })
})

describe('a frame written to many links', () => {
  it('is encoded once', () => {
    let reads = 0
    const frame: ServerFrame<Packed> = {
      t: 'message',
      get ch() {
        reads++
        return 'room'
      },
      body: '1',
    }
    const packets = Array.from({ length: 5 }, () => down([frame]))
    expect(reads).toBe(1)
    expect(new Set(packets.flat())).toEqual(new Set(['[{"t":"message","ch":"room","body":1}]']))
  })
  it('shares its text, not the bytes of its packet', () => {
    const frame: ServerFrame<Packed> = { t: 'message', ch: 'a', body: new Uint8Array([1, 2, 3]) }
    const [first] = down([frame]) as [Uint8Array]
    first.fill(0)
    expect(read(clientCodec, down([frame]))).toEqual([frame])
  })
})

describe('any frames', () => {
  const body = fc.oneof(
    fc
      .jsonValue()
      .map((value) => JSON.stringify(value))
      .filter((text) => !text.includes('__proto__')),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
  )
  const number = fc.maxSafeNat()
  const ch = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })
  const entry = fc.record({ offset: number, id: fc.string(), from: fc.string(), time: number, body })
  const frame: fc.Arbitrary<Frame<Packed>> = fc.oneof(
    fc.record({ t: fc.constant('message' as const), ch, body, offset: number }),
    fc.record({
      t: fc.constant('page' as const),
      id: number,
      ch,
      epoch: fc.string(),
      oldest: number,
      next: number,
      entries: fc.array(entry, { maxLength: 4 }),
    }),
    fc.record({ t: fc.constant('accepted' as const), seq: number }),
  )

  it('come out as they went in, however they are split', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 2_000 }), (frames, max) => {
        const packets = down(frames as ServerFrame<Packed>[], max)
        expect(read(clientCodec, packets)).toEqual(frames.map(seen))
        for (const packet of packets)
          if (clientCodec.decode(packet).length > 1) expect(size(packet)).toBeLessThanOrEqual(max)
      }),
      { numRuns: 300 },
    )
  })
})
