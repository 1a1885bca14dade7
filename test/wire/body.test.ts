import { describe, expect, it } from 'vitest'
import { pack, parse, sizeOf, unpack } from '../../src/wire/body.js'
import { MessageError } from '../../src/wire/errors.js'

const refusal = (body: unknown): MessageError => {
  try {
    pack(body)
  } catch (error) {
    return error as MessageError
  }
  throw new Error('was taken')
}

describe('pack', () => {
  it.each<unknown>([
    null,
    true,
    0,
    -1.5,
    '',
    'é😀\u2028',
    [],
    {},
    [1, [2, { a: null }]],
    { constructor: 1, toString: 'x' },
  ])('takes the JSON value %j', (value) => {
    expect(unpack(pack(value))).toEqual(value)
  })
  it('takes a snapshot of a value', () => {
    const body = { list: [1] }
    const packed = pack(body)
    body.list.push(2)
    expect(unpack(packed)).toEqual({ list: [1] })
  })
  it('takes a snapshot of an ArrayBuffer and of a view', () => {
    const bytes = new Uint8Array([1, 2, 3])
    const packed = [pack(bytes.buffer), pack(bytes)]
    bytes.fill(0)
    expect(packed).toEqual([new Uint8Array([1, 2, 3]), new Uint8Array([1, 2, 3])])
  })
  it.each([
    ['Uint8Array', (buffer: ArrayBuffer) => new Uint8Array(buffer, 2, 4)],
    ['DataView', (buffer: ArrayBuffer) => new DataView(buffer, 2, 4)],
    ['Int16Array', (buffer: ArrayBuffer) => new Int16Array(buffer, 2, 2)],
    ['Float32Array', (buffer: ArrayBuffer) => new Float32Array(buffer, 4, 1)],
    ['Buffer', (buffer: ArrayBuffer) => Buffer.from(buffer, 2, 4)],
  ])('takes of a %s what it shows, and no more', (_name, view) => {
    const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7])
    const shown = view(buffer)
    const packed = pack(shown) as Uint8Array
    expect([...packed]).toEqual(Array.from({ length: 4 }, (_, at) => shown.byteOffset + at))
    expect(Object.getPrototypeOf(packed)).toBe(Uint8Array.prototype)
    expect(packed.buffer.byteLength).toBe(4)
  })
  it('takes empty bytes', () => {
    expect(pack(new ArrayBuffer(0))).toEqual(new Uint8Array())
    expect(unpack(pack(new Uint8Array()))).toEqual(new Uint8Array())
  })
  it('does as JSON does: NaN is null, undefined fields are left out, toJSON speaks', () => {
    expect(pack([NaN, Infinity, undefined])).toBe('[null,null,null]')
    expect(pack({ a: undefined, b: () => 1, c: 1 })).toBe('{"c":1}')
    expect(pack({ toJSON: () => ({ a: 1 }) })).toBe('{"a":1}')
    expect(pack(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"')
  })

  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const thrower = {
    toJSON(): never {
      throw new Error('not today')
    },
  }
  let deep: unknown = 1
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a bigint inside', { a: [1n] }],
    ['a cycle', cycle],
    ['a toJSON that throws', thrower],
    ['a toJSON that gives nothing', { toJSON: () => undefined }],
    ['what nests too deep', deep],
    ['a __proto__ key', JSON.parse('{"a":{"__proto__":1}}')],
  ])('refuses %s by name', (_what: string, body: unknown) => {
    const error = refusal(body)
    expect(error).toBeInstanceOf(MessageError)
    expect(error).toMatchObject({ name: 'MessageError', code: 'not-encodable' })
    expect(error.message).toMatch(/^send\(\) takes JSON values and binary: /)
    expect(error.cause).toBeDefined()
  })
  it('refuses no word, only the key', () => {
    expect(pack('__proto__')).toBe('"__proto__"')
    expect(unpack(pack(['\u0000__proto__', { a: '__proto__' }]))).toEqual(['\u0000__proto__', { a: '__proto__' }])
  })
})

describe('parse', () => {
  it('is JSON.parse, but for __proto__', () => {
    expect(parse('{"a":[1,"\\u00e9"]}')).toEqual({ a: [1, 'é'] })
    expect(() => parse('{"a":[{"\\u005f_proto__":1}]}')).toThrow(SyntaxError)
    expect(() => parse('{')).toThrow(SyntaxError)
  })
})

describe('sizeOf', () => {
  it.each([
    ['"abc"', 5],
    ['"é"', 4],
    ['"€"', 5],
    ['"😀"', 6],
    ['', 0],
  ])('counts the bytes of %s', (text, size) => {
    expect(sizeOf(text)).toBe(size)
  })
  it('counts bytes as they are', () => {
    expect(sizeOf(new Uint8Array(1_000))).toBe(1_000)
  })
})
