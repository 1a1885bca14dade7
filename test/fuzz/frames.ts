// Frames that look like frames: each field is of its kind, near its limits, or of another kind.
import fc from 'fast-check'
import { clientShapes, serverShapes, type Shapes } from '../../src/wire/shape.js'

const names = fc.constantFrom('a', 'b', '@ann', '@bob', '__proto__', 'constructor', 'x'.repeat(255))
const whole = fc.oneof(
  { weight: 6, arbitrary: fc.nat(12) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 255, 4_096, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER) },
)
const recipient = { client: names, user: names, time: whole }
const entry = fc.record({
  offset: whole,
  id: fc.constantFrom('ann:1', 'bob:2', 'x', ''),
  from: names,
  time: whole,
  body: fc.jsonValue(),
})
const receipt = fc.record({
  seq: whole,
  to: whole,
  count: whole,
  of: whole,
  by: fc.option(fc.record(recipient), { nil: undefined }),
})

/** Values of each kind of field (`src/wire/shape.ts`). */
const kinds: Record<string, fc.Arbitrary<unknown>> = {
  n: whole,
  s: fc.oneof(names, fc.constant(''), fc.string()),
  c: names,
  b: fc.boolean(),
  j: fc.jsonValue({ maxDepth: 2 }),
  o: fc.dictionary(
    names.filter((name) => name !== '__proto__'),
    whole,
    { maxKeys: 3 },
  ),
  f: fc.oneof(fc.constantFrom('now', 'oldest', 'last'), whole),
  r: fc.tuple(whole, whole),
  e: fc.array(entry, { maxLength: 3 }),
  p: fc.array(fc.tuple(whole, whole), { maxLength: 3 }),
  d: fc.array(receipt, { maxLength: 3 }),
  w: fc.record(recipient),
  m: fc.array(fc.record({ ...recipient, presence: fc.constantFrom('online', 'away', 'offline') }), { maxLength: 3 }),
  a: fc.constantFrom('online', 'away', 'offline'),
  i: fc.array(names, { maxLength: 3 }),
}

/** Frames of these shapes, all fields well. */
export function framesOf(shapes: Shapes): fc.Arbitrary<object> {
  const each = Object.entries<Record<string, string>>(shapes).map(([t, fields]) => {
    const values = Object.entries(fields).map(([name, letter]) => {
      const value = kinds[letter.charAt(0)] ?? fc.anything()
      return [name, letter.endsWith('?') ? fc.option(value, { nil: undefined }) : value] as const
    })
    return fc.record({ t: fc.constant(t), ...Object.fromEntries(values) })
  })
  return fc.oneof(...each)
}

export const ofClient = framesOf(clientShapes)
export const ofServer = framesOf(serverShapes)

/** Frames of which fields are missing, of another kind, or more than there are. */
export const ofNobody = fc
  .tuple(fc.oneof(ofClient, ofServer), fc.string(), fc.anything({ withBigInt: false }), fc.nat(9))
  .map(([frame, name, value, which]) => {
    const keys = Object.keys(frame)
    const key = which < 8 ? (keys[which % keys.length] ?? name) : name
    return { ...frame, [key]: value }
  })
