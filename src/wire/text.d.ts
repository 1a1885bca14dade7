// The wire speaks UTF-8 on every platform; these two exist in browsers and in Node alike, and are all it may touch.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(bytes: Uint8Array): string
}
