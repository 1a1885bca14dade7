/** What a socket sends. */
export type Data = string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob

/** What is needed of the sockets that are dialled with; the platform's are such, and those of `ws`. */
export interface NativeSocket {
  readonly url: string
  readonly protocol: string
  readonly extensions: string
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: string
  send(data: Data): void
  close(code?: number, reason?: string): void
  addEventListener(type: string, listener: Hear): void
}

/** A method's parameters are compared both ways: each class has event types of its own. */
type Hear = { hear(event: { readonly type: string }): void }['hear']

type Binary = Exclude<Data, string>

/** Of whichever realm: no `instanceof`. */
export function isBinary(data: unknown): data is Binary {
  return typeof data === 'object' && !!data && ('byteLength' in data || ('size' in data && 'slice' in data))
}

/** As natives have it: what is not binary becomes text. */
export function toData(data: unknown): Data {
  return isBinary(data) ? data : String(data)
}

/** In bytes; what is no text becomes one, as `close` has it. */
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
  return data.slice(0)
}
