// An event stream, cut anywhere and as often as may be: what is heard is what is heard of it in one piece.
import fc from 'fast-check'
import { toLine } from '../../src/server/http/lines.js'
import { dialSse, ticket } from '../support/fake-http.js'

const packet = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', ' ', '#', '!', '"', '\n', '\r\n', '\ufeff', 'data: x', 'id: 1', '☃', '😀'),
  fc.uint8Array({ maxLength: 6 }).map((one) => new Uint8Array(one)),
)
const stream = fc.record({
  packets: fc.array(packet, { maxLength: 6 }),
  eol: fc.constantFrom('\n', '\r\n'),
  space: fc.constantFrom(' ', ''),
  noise: fc.constantFrom('', ':', ': data: x', 'retry: 5', 'event: other', 'foo'),
  closes: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 12 }),
})

export const cuts = fc.asyncProperty(stream, async ({ packets, eol, space, noise, closes, cuts: places }) => {
  const events = packets.map((one, at) =>
    [noise, `id: ${String(at + 1)}`, `data:${space || ' '}${toLine(one)}`, ''].join(eol),
  )
  const last = closes ? [`event: control${eol}data:${space}#{"code":4321,"reason":"☃"}${eol}`] : []
  const text = [`event: control${eol}data:${space}${ticket}${eol}`, ...events, ...last, ''].join(eol)
  const bytes = new TextEncoder().encode(text)
  const at = [...new Set([0, ...places.map((place) => place % bytes.length), bytes.length])].sort((a, b) => a - b)
  const heard = async (parts: Uint8Array[]): Promise<string> => {
    const far = await dialSse()
    const down = await far.last.stream()
    await down.write(...parts)
    return JSON.stringify(far.news, (_, value: unknown) => (value instanceof Uint8Array ? [...value, 'bytes'] : value))
  }
  const whole = await heard([bytes])
  const cut = await heard(at.slice(1).map((end, n) => bytes.subarray(at[n], end)))
  if (whole !== cut) throw new Error(`${cut} is not ${whole}`)
  const expected = JSON.stringify(packets, (_, value: unknown) =>
    value instanceof Uint8Array ? [...value, 'bytes'] : value,
  )
  if (!whole.includes(expected.slice(1, -1))) throw new Error(`${whole} has not ${expected}`)
})
