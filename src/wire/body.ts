import { MessageError } from './errors.js'
import type { Packed } from './frame.js'

/** A key named `__proto__` is how JSON reaches a prototype; the escape is how it hides. */
const suspicious = /__proto__|\\u00/i

/** `JSON.parse` that refuses a `__proto__` key at any depth. Throws `SyntaxError`. */
export function parse(text: string): unknown {
  return JSON.parse(text, suspicious.test(text) ? refuseProto : undefined)
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a key is __proto__')
  return value
}

/** Takes a snapshot of what an app sends. Throws `MessageError` (`not-encodable`). */
export function pack(body: unknown): Packed {
  const view = body instanceof ArrayBuffer ? new Uint8Array(body) : body
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
  try {
    const text: unknown = JSON.stringify(body)
    if (typeof text !== 'string') throw new TypeError(`${typeof body} is not JSON`)
    if (suspicious.test(text)) parse(text)
    return text
  } catch (cause) {
    throw new MessageError('not-encodable', `send() takes JSON values and binary: ${String(cause)}`, { cause })
  }
}

/** The value that {@link pack} took. */
export function unpack(packed: Packed): unknown {
  return typeof packed === 'string' ? JSON.parse(packed) : packed
}

/** Size on the wire, in bytes. */
export function sizeOf(packed: Packed): number {
  return typeof packed === 'string' ? new TextEncoder().encode(packed).length : packed.length
}
