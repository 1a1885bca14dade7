import { describe, expect, it } from 'vitest'
import type { ClientFrame } from '../../src/wire/frame.js'
import { clientShapes, flaw, serverShapes, type Shapes } from '../../src/wire/shape.js'
import { clientFrames, serverFrames } from '../support/frames.js'

const sides = [
  ['client', clientShapes, clientFrames],
  ['server', serverShapes, serverFrames],
] as const

describe.each(sides)('the shapes of the %s', (_side, shapes, examples) => {
  it('know every frame, and each of its fields', () => {
    // The examples are complete by their type; the first of each has all of its fields.
    expect(Object.keys(shapes).sort()).toEqual(Object.keys(examples).sort())
    for (const [t, [full]] of Object.entries(examples))
      expect([t, 't', ...Object.keys((shapes as Record<string, object>)[t] ?? {})].sort()).toEqual(
        [t, ...Object.keys(full)].sort(),
      )
  })
  it('find no flaw in a sound frame', () => {
    for (const frame of Object.values<object[]>(examples).flat()) expect(flaw(frame, shapes)).toBeUndefined()
  })
  it('say which field is wrong', () => {
    expect(flaw({ t: 'ping', id: 'x' }, shapes)).toBe('ping.id is missing or of the wrong type')
    expect(flaw({ t: 'what' }, shapes)).toBe('unknown frame type what')
    expect(flaw({ t: 'x'.repeat(10_000) }, shapes)?.length).toBeLessThan(100)
    expect(flaw([], shapes)).toBe('a frame is an object with a string t')
  })
})

it.each([
  ['online', true],
  ['away', true],
  ['offline', true],
  ['gone', false],
])('a device may be %s: %s', (presence, sound) => {
  const frame = { t: 'present', n: 1, ch: 'a', list: [{ client: 'b', user: '', presence, time: 1 }] }
  expect(flaw(frame, serverShapes) === undefined).toBe(sound)
})

describe('a table of shapes', () => {
  it('does not compile with a frame or a field missing', () => {
    const { bye, ...rest } = clientShapes
    // Each of these must be an error of the compiler; `npm run types` complains of one that is not.
    const holes: Shapes<ClientFrame>[] = [
      // @ts-expect-error a frame is missing
      rest,
      // @ts-expect-error a field is missing
      { ...rest, bye, ping: {} },
      // @ts-expect-error a kind of field that there is not
      { ...rest, bye, ping: { id: 'x' } },
    ]
    expect(holes).toHaveLength(3)
  })
})
