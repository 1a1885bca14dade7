import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, base64url } from '../../src/transports/base64.js'
import { fromLine, toLine } from '../../src/transports/lines.js'

const bytes = (...values: number[]) => new Uint8Array(values)

describe('a line', () => {
  it.each([
    ['plain', 'plain'],
    [' x ', ' x '],
    ['[{"t":"ping"}]', '[{"t":"ping"}]'],
    ['☃ 😀 \u2028', '☃ 😀 \u2028'],
    ['', '""'],
    ['!', '"!"'],
    ['"', '"\\""'],
    ['#{"code":1}', '"#{\\"code\\":1}"'],
    ['a\nb', '"a\\nb"'],
    ['a\rb', '"a\\rb"'],
    ['\uFEFFx', '"\uFEFFx"'],
    [bytes(), '!'],
    [bytes(0, 1, 255), '!AAH/'],
    [bytes(1), '!AQ=='],
  ])('%j is %j', (packet, line) => {
    expect(toLine(packet)).toBe(line)
    expect(fromLine(line)).toEqual(packet)
  })

  it.each(['!*', '!A', '"', '"a', '"a"b'])('%j is none', (line) => {
    expect(() => fromLine(line)).toThrow()
  })

  it('has no line break, is not empty, is not of the link itself, and says what it was made of', () => {
    const packet = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'!"#\n\r\\a\uFEFF') }),
      fc.uint8Array(),
    )
    fc.assert(
      fc.property(packet, (one) => {
        const line = toLine(one)
        expect(line).toMatch(/^[^#\n\r\uFEFF][^\n\r]*$/)
        expect(fromLine(line)).toEqual(one)
      }),
    )
  })
})

describe('base64', () => {
  it('takes megabytes, and a part of a larger buffer', () => {
    const all = Uint8Array.from({ length: 2_000_003 }, (_, n) => (n * 7) & 255)
    expect(base64(all)).toBe(Buffer.from(all).toString('base64'))
    expect(base64(all.subarray(3, 70_000))).toBe(Buffer.from(all.subarray(3, 70_000)).toString('base64'))
  })
  it('of text is UTF-8 in letters for a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(base64url(text)).toBe(Buffer.from(text).toString('base64url'))
      }),
    )
  })
})
