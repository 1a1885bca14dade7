import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { clientCodec, type Packet, serverCodec } from '../../src/wire/codec.js'
import { FrameError } from '../../src/wire/errors.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { clientShapes, flaw, serverShapes } from '../../src/wire/shape.js'
import { all, clientFrames, serverFrames } from '../support/frames.js'

const clean = Reflect.ownKeys(Object.prototype)

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toEqual(clean)
})

/** Frames that are sound, or a FrameError: there is no third way. */
function survives(packet: Packet): void {
  for (const [codec, shapes] of [
    [serverCodec, clientShapes],
    [clientCodec, serverShapes],
  ] as const) {
    try {
      const frames: unknown[] = codec.decode(packet)
      expect(frames.map((frame) => flaw(frame, shapes)).filter(Boolean)).toEqual([])
    } catch (error) {
      if (!(error instanceof FrameError) || error.code !== 'bad-frame') throw error
    }
  }
}

const frame = fc.oneof(
  fc.constantFrom(...all<ClientFrame<Packed>>(clientFrames)).map((one) => clientCodec.encode([one])),
  fc.constantFrom(...all<ServerFrame<Packed>>(serverFrames)).map((one) => serverCodec.encode([one])),
)
const packet = frame.map(([one]) => one ?? '')

const snippets = [
  '__proto__',
  '\\u005f',
  '"bin":',
  '"entries":',
  '-',
  '1e999',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  'null',
  '\u0000',
  '\ud800',
]
const text = packet.map((one) => (typeof one === 'string' ? one : Buffer.from(one).toString('latin1')))

describe('whatever comes in', () => {
  const runs = { numRuns: 1_000 }

  it('is survived: strings', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), survives), runs)
  })
  it('is survived: bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(new Uint8Array(bytes))),
      runs,
    )
  })
  it('is survived: bytes with a head of the right length', () => {
    const head = fc.oneof(fc.json(), text)
    const packets = fc.tuple(head, fc.uint8Array({ maxLength: 20 })).map(([json, bytes]) => {
      const body = Buffer.from(json)
      const size = Buffer.alloc(4)
      size.writeUInt32BE(body.length)
      return new Uint8Array(Buffer.concat([size, body, bytes]))
    })
    fc.assert(fc.property(packets, survives), runs)
  })
  it('is survived: any JSON in a list', () => {
    const t = fc.constantFrom(...Object.keys({ ...clientShapes, ...serverShapes }))
    const fields = fc.dictionary(
      fc.constantFrom('id', 'ch', 'seq', 'from', 'body', 'bin', 'entries', 'heads', 'lost'),
      fc.jsonValue(),
    )
    const frames = fc.array(
      fc.tuple(t, fields).map(([type, rest]) => ({ ...rest, t: type })),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(frames, (list) => survives(JSON.stringify(list))),
      runs,
    )
  })
  it('is survived: packets with something cut out, or put in', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(8), fc.constantFrom('', ...snippets), (whole, where, length, insert) => {
        const at = where % (whole.length + 1)
        survives(whole.slice(0, at) + insert + whole.slice(at + length))
      }),
      runs,
    )
  })
  it('is survived: packets of bytes with some of them changed', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(packet, flips, (whole, changes) => {
        const bytes = typeof whole === 'string' ? Buffer.from(whole) : new Uint8Array(whole)
        for (const [where, value] of changes) bytes[where % bytes.length] = value
        survives(typeof whole === 'string' ? Buffer.from(bytes).toString() : bytes)
      }),
      runs,
    )
  })
})
