import { describe, expect, it } from 'vitest'
import { clientCodec, type Packet, serverCodec } from '../../src/wire/codec.js'
import { FrameError } from '../../src/wire/errors.js'
import { clientShapes, serverShapes } from '../../src/wire/shape.js'
import { clientFrames, serverFrames } from '../support/frames.js'

/** What each kind of field must not hold. */
const wrong: Record<string, unknown[]> = {
  n: [-1, 1.5, 2 ** 53, 1e308, '1', '', null, true, [], {}],
  s: [0, null, true, [], {}, 'x'.repeat(4_097)],
  c: ['', 0, null, true, [], {}, 'x'.repeat(256)],
  b: [0, 1, 'true', null, [], {}],
  j: [],
  o: [[], 'x', 1, null, { a: -1 }, { a: '1' }, { a: null }, { a: {} }, { a: 1.5 }],
  f: [-1, 0.5, '', 'never', null, true, [], {}, ['now']],
  r: [[], [1], [1, 2, 3], [1, -1], [1, '2'], 'ab', null, { 0: 1, 1: 2, length: 2 }],
  p: [{}, 'x', null, 0, [1], [[1]], [[1, 2, 3]], [['a', 1]], [null]],
  d: [
    {},
    'x',
    null,
    [1],
    [{}],
    [{ seq: 1, to: 1, count: 1 }],
    [{ seq: 1, to: 1, count: 1, of: 1, by: { client: 'a' } }],
  ],
  m: [{}, 'x', null, [1], [{}], [{ client: 'a', user: '', presence: 'gone', time: 1 }], [{ presence: 'away' }]],
  i: [{}, 'x', null, [1], [''], [null]],
  e: [{}, 'x', null, 0, [1], [null], [[]], ['x'], [{}], { length: 0 }],
}

const sides = [
  { side: 'server', codec: serverCodec, shapes: clientShapes, frames: clientFrames },
  { side: 'client', codec: clientCodec, shapes: serverShapes, frames: serverFrames },
] as const

const plain = (frame: object): object => ({
  ...frame,
  ...('body' in frame && { body: 1 }),
  ...('entries' in frame && { entries: [] }),
})

const entry = { offset: 1, id: 'a:1', from: '', time: 0, body: 1 }
const page = { t: 'page', id: 1, ch: 'a', epoch: 'e', oldest: 1, next: 2 }

function joined(head: string | Uint8Array, length?: number, ...bytes: number[]): Uint8Array {
  const text = typeof head === 'string' ? Buffer.from(head) : head
  const size = Buffer.alloc(4)
  size.writeUInt32BE(length ?? text.length)
  return new Uint8Array([...size, ...text, ...bytes])
}

function refuses(codec: { decode: (packet: Packet) => unknown[] }, packet: Packet): FrameError {
  try {
    const frames = codec.decode(packet)
    throw new Error(`was taken: ${JSON.stringify(frames)}`)
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError)
    expect(error).toMatchObject({ name: 'FrameError', code: 'bad-frame' })
    expect((error as Error).message.length).toBeLessThan(200)
    return error as FrameError
  }
}

describe.each(sides)('the codec of the $side refuses', ({ codec, shapes, frames }) => {
  const fields = Object.entries<Record<string, string>>(shapes).flatMap(([t, letters]) =>
    Object.entries(letters).map(([field, letter]) => [`${t}.${field}`, t, field, letter] as const),
  )

  it.each(fields)('a wrong %s', (name, t, field, letter) => {
    const good = plain((frames as Record<string, object[]>)[t]?.[0] ?? {})
    expect(codec.decode(JSON.stringify([good]))).toHaveLength(1)
    for (const value of wrong[letter.charAt(0)] ?? []) {
      const error = refuses(codec, JSON.stringify([{ ...good, [field]: value }]))
      expect(error.message).toContain(name)
    }
    const without = JSON.stringify([{ ...good, [field]: undefined }])
    if (letter.endsWith('?')) expect(codec.decode(without)).toHaveLength(1)
    else expect(refuses(codec, without).message).toContain(name)
  })
  it('a whole packet for one bad frame in it', () => {
    refuses(codec, '[{"t":"ping","id":1},{"t":"ping","id":-1}]')
    refuses(codec, '[{"t":"ping","id":1},{"t":"ping","id":1},5]')
  })
  it.each([
    '',
    ' ',
    '{',
    '[',
    '[1',
    'ping',
    '[{"t":"ping","id":1}',
    '[{"t":"ping","id":1}] ]',
    '\u0000',
    '﻿[]',
    "[{'t':'ping'}]",
  ])('what is not JSON: %j', (text) => {
    refuses(codec, text)
    refuses(codec, joined(text === '﻿[]' ? '[,]' : text))
  })
  it.each(['{}', 'null', '1', '"[]"', 'true', '{"length":1,"0":{"t":"ping","id":1}}', '{"t":"ping","id":1}'])(
    'what is not a list: %s',
    (text) => {
      refuses(codec, text)
      refuses(codec, joined(text))
    },
  )
  it.each([
    '[1]',
    '[null]',
    '["ping"]',
    '[[]]',
    '[true]',
    '[{}]',
    '[{"t":1}]',
    '[{"t":null}]',
    '[{"t":["ping"],"id":1}]',
  ])('what is not a frame: %s', (text) => {
    refuses(codec, text)
    refuses(codec, joined(text))
  })
  it.each(['', 'nope', 'PING', 'constructor', 'toString', 'hasOwnProperty', '__proto__', 'x'.repeat(10_000)])(
    'an unknown type: %.20s',
    (t) => void refuses(codec, JSON.stringify([{ t, id: 1 }])),
  )
  it.each(['1e400', '-1e400', '1e16', '9007199254740993', '-0.5'])('the number %s', (number) => {
    refuses(codec, `[{"t":"ping","id":${number}}]`)
  })
  it('what nests too deep, or is too much, without falling over', () => {
    refuses(codec, '['.repeat(200_000))
    refuses(codec, `[{"t":"ping","id":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`)
    refuses(codec, `[{"t":"ping","id":1,"\\u0061":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`)
  })
})

describe('the frames of the other side', () => {
  it('are unknown', () => {
    refuses(serverCodec, '[{"t":"accepted","seq":1}]')
    refuses(clientCodec, '[{"t":"send","seq":1,"ch":"a","body":1}]')
  })
})

describe('the entries of a page', () => {
  it.each(Object.keys(entry))('need %s', (field) => {
    expect(clientCodec.decode(JSON.stringify([{ ...page, entries: [entry] }]))).toHaveLength(1)
    refuses(clientCodec, JSON.stringify([{ ...page, entries: [entry, { ...entry, [field]: undefined }] }]))
  })
  it('are checked field by field', () => {
    for (const bad of [{ offset: -1 }, { id: 1 }, { from: null }, { time: 'now' }])
      refuses(clientCodec, JSON.stringify([{ ...page, entries: [{ ...entry, ...bad }] }]))
  })
})

describe('a key named __proto__', () => {
  const hidden = [
    '__proto__',
    '\\u005f_proto__',
    '\\u005F\\u005Fproto\\u005f\\u005f',
    '__pr\\u006fto__',
    '__\\u0070\\u0072\\u006F\\u0074\\u006F__',
  ]

  it.each(hidden)('is refused wherever it hides: %s', (key) => {
    const evil = `"${key}":{"polluted":true}`
    for (const text of [
      `[{"t":"ping","id":1,${evil}}]`,
      `[{"t":"pong","id":1,"heads":{${evil}}}]`,
      `[{"t":"pong","id":1,"heads":{"${key}":1}}]`,
      `[{"t":"send","seq":1,"ch":"a","body":{${evil}}}]`,
      `[{"t":"send","seq":1,"ch":"a","body":[{"a":[{${evil}}]}]}]`,
      `[{"t":"ping","id":1},{${evil}}]`,
      `{${evil}}`,
    ]) {
      refuses(serverCodec, text)
      refuses(serverCodec, joined(text))
    }
    refuses(clientCodec, `[{"t":"message","ch":"a","body":{${evil}}}]`)
    refuses(clientCodec, JSON.stringify([{ ...page, entries: [entry] }]).replace('"body":1', `"body":{${evil}}`))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
  it('is only a key: the same word may be said', () => {
    const frame = { t: 'send', seq: 1, ch: '__proto__', body: ['__proto__', { __PROTO__: '\u005f', constructor: 1 }] }
    expect(serverCodec.decode(JSON.stringify([frame]))).toEqual([frame])
    expect(serverCodec.decode('[{"t":"send","seq":1,"ch":"a","body":"\\u0000\\u00e9"}]')).toHaveLength(1)
  })
})

describe('a packet of bytes', () => {
  const [packet] = clientCodec.encode([
    { t: 'send', seq: 1, ch: 'é', body: new Uint8Array([1, 2, 3]) },
    { t: 'send', seq: 2, ch: 'é', body: new Uint8Array(5) },
  ]) as [Uint8Array]

  it('is refused when it is cut short, anywhere', () => {
    for (let length = 0; length < packet.length; length++) refuses(serverCodec, packet.subarray(0, length))
  })
  it('is refused when it is too long', () => {
    refuses(serverCodec, new Uint8Array([...packet, 0]))
    refuses(serverCodec, joined('[]', undefined, 0))
  })
  it.each([0, 1, 2 ** 31, 2 ** 32 - 1])('is refused when it says that its head has %d bytes', (length) => {
    refuses(serverCodec, joined('[{"t":"ping","id":1}]', length))
  })
  it.each([[[0xff]], [[0xc3]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'is refused when its head is not UTF-8: %j',
    (bytes) => {
      refuses(
        serverCodec,
        joined(new Uint8Array([...Buffer.from('[{"t":"unsub","ch":"'), ...bytes, ...Buffer.from('"}]')])),
      )
    },
  )
  it.each(['-1', '1.5', '4', '1e15', '9007199254740991', '"3"', 'null', '[3]', '{}'])(
    'is refused when bin is %s',
    (bin) => {
      refuses(serverCodec, joined(`[{"t":"send","seq":1,"ch":"a","bin":${bin}}]`, undefined, 1, 2, 3))
    },
  )
  it('is refused when two frames want the same bytes', () => {
    refuses(
      serverCodec,
      joined('[{"t":"send","seq":1,"ch":"a","bin":2},{"t":"send","seq":2,"ch":"a","bin":2}]', undefined, 1, 2, 3),
    )
  })
  it.each([
    [5, -2],
    [1.5, 1.5],
    [2 ** 53 + 3, -(2 ** 53)],
  ])('is refused when its lengths only add up: %d and %d', (one, other) => {
    const head = [one, other].map((bin, at) => ({ t: 'send', seq: at + 1, ch: 'a', bin }))
    refuses(serverCodec, joined(JSON.stringify(head), undefined, 1, 2, 3))
  })
  it('is needed for bin to mean anything', () => {
    refuses(serverCodec, '[{"t":"send","seq":1,"ch":"a","bin":3}]')
  })
})
