import type { Data } from './options.js'

/** In bytes; what is no text becomes one, as `send` and `close` have it. */
export function utf8Size(text: string): number {
  return new TextEncoder().encode(text).length
}

/** In bytes. */
export function sizeOf(data: Data): number {
  if (typeof data !== 'object') return utf8Size(data)
  return 'size' in data ? data.size : data.byteLength
}

/** What the app may no longer change. */
export function copy(data: Data): Data {
  if (ArrayBuffer.isView(data)) return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
  return typeof data === 'object' ? data.slice(0) : data
}
