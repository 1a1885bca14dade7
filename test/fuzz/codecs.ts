// Whatever comes in: frames that are sound, or a FrameError. There is no third way.
import fc from 'fast-check'
import { clientCodec, type Packet, serverCodec } from '../../src/wire/codec.js'
import { customCodec } from '../../src/wire/custom.js'
import { FrameError } from '../../src/wire/errors.js'
import { clientShapes, flaw, serverShapes, type Shapes } from '../../src/wire/shape.js'
import { ofClient, ofNobody, ofServer } from './frames.js'

const level1 = customCodec({
  encode: (frame) => JSON.stringify(frame),
  decode: (packet) => JSON.parse(String(packet)) as never,
})

const sides: readonly [{ decode: (packet: Packet) => unknown[] }, Shapes][] = [
  [serverCodec, clientShapes],
  [clientCodec, serverShapes],
  [level1, serverShapes],
]

export function survives(packet: Packet): void {
  for (const [codec, shapes] of sides) {
    let frames: unknown[] = []
    try {
      frames = codec.decode(packet)
    } catch (error) {
      if (!(error instanceof FrameError) || error.code !== 'bad-frame') throw error
    }
    const wrong = frames.map((frame) => flaw(frame, shapes)).find(Boolean)
    if (wrong !== undefined) throw new Error(`taken though ${wrong}`)
  }
  if ('polluted' in {}) throw new Error('a prototype has changed')
}

const list = fc.array(fc.oneof(ofClient, ofServer, ofNobody), { maxLength: 4 })

/** As text, or with its length before it and bytes behind it. */
const wrapped = fc
  .tuple(list, fc.boolean(), fc.uint8Array({ maxLength: 12 }), fc.integer({ min: -2, max: 2 }))
  .map(([frames, asBytes, bytes, off]): Packet => {
    const text = JSON.stringify(frames)
    if (!asBytes) return text
    const head = Buffer.from(text)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(Math.max(0, head.length + (off > 1 ? off : 0)))
    return new Uint8Array(Buffer.concat([size, head, bytes]))
  })

const edit = fc.record({
  at: fc.nat(),
  cut: fc.nat(6),
  put: fc.constantFrom(
    '',
    '"',
    '{',
    ']',
    '__proto__',
    '\\u005f',
    '-',
    '1e999',
    '"bin":',
    '\u0000',
    '\ud800',
    '"__proto__":{"polluted":1},',
  ),
})

const edited = (packet: Packet, { at, cut, put }: { at: number; cut: number; put: string }): Packet => {
  const text = typeof packet === 'string' ? packet : Buffer.from(packet).toString('latin1')
  const where = at % (text.length + 1)
  const whole = text.slice(0, where) + put + text.slice(where + cut)
  return typeof packet === 'string' ? whole : new Uint8Array(Buffer.from(whole, 'latin1'))
}

export const structured = fc.property(wrapped, survives)
export const mutated = fc.property(wrapped, fc.array(edit, { minLength: 1, maxLength: 3 }), (packet, edits) => {
  survives(edits.reduce(edited, packet))
})
export const bytes = fc.property(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 }).map((one) => new Uint8Array(one)),
  ),
  survives,
)
