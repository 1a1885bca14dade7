import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLines, toControl, toLine } from '../../src/server/http/lines.js'
import type { Packet } from '../../src/wire/codec.js'

describe('a packet as a line', () => {
  it.each<[string, Packet, string]>([
    ['text', '[{"t":"ping","id":1}]', '[{"t":"ping","id":1}]'],
    ['text with a blank at its head', ' x', ' x'],
    ['no text', '', '""'],
    ['text with a line in it', 'a\nb', '"a\\nb"'],
    ['text with a return in it', 'a\rb', '"a\\rb"'],
    ['text like bytes', '!AAAA', '"!AAAA"'],
    ['text like JSON', '"a"', '"\\"a\\""'],
    ['text like control', '#{}', '"#{}"'],
    ['text that begins with a mark that decoders eat', '\uFEFFx', '"\uFEFFx"'],
    ['bytes', new Uint8Array([0, 1, 255]), '!AAH/'],
    ['bytes that need padding', new Uint8Array([255]), '!/w=='],
    ['no bytes', new Uint8Array(), '!'],
    ['a part of other bytes', new Uint8Array([9, 1, 2, 9]).subarray(1, 3), '!AQI='],
  ])('%s', (_, packet, line) => {
    expect(toLine(packet)).toBe(line)
    expect(fromLines(line)).toEqual(line === '' ? [] : [packet])
  })

  it('any packets come back from the lines they make, in order', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[!"#\n\r a]{0,4}$/))
    const packet: fc.Arbitrary<Packet> = fc.oneof(text, fc.uint8Array({ maxLength: 9 }))
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        expect(fromLines(packets.map(toLine).join('\n'))).toEqual(packets)
      }),
    )
  })

  it('no packet makes a control line, and none makes two', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[!"#\n\r a]{0,4}$/)), (text) => {
        expect(toLine(text)).toMatch(/^[^#\n\r][^\n\r]*$/u)
      }),
    )
  })
})

it('no body is no line', () => {
  expect(fromLines('')).toEqual([])
})

it.each([
  ['an empty line', 'a\n\nb'],
  ['an end of line at the end', 'a\n'],
  ['a return', 'a\r\nb'],
  ['a control line', '#{"ticket":"mine"}'],
  ['half a string', '"a'],
  ['more than a string', '"a" "b"'],
  ['a letter that is not in base64', '!AA*A'],
  ['base64 without padding', '!/w'],
  ['base64 for addresses', '!AAH_'],
  ['base64 with a blank', '!AA AA'],
])('%s makes the whole body none', (_, body) => {
  expect(fromLines(`[]\n${body}`)).toBeUndefined()
})

it('anything is a list of packets or nothing', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (body) => void fromLines(body)))
})

it('a control line says what it is told', () => {
  expect(toControl({ code: 4409, reason: 'a "later" link' })).toBe('#{"code":4409,"reason":"a \\"later\\" link"}')
})
