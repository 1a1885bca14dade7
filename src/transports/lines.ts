import type { Packet } from '../wire/codec.js'
import { base64 } from './base64.js'

/**
 * One packet as one line: text as it is where it can be, else as JSON; bytes as `!` and base64. A line never is empty,
 * nor begins with `#`, as what the server says of the link itself does; nor with a byte order mark, which decoders eat.
 */
export function toLine(packet: Packet): string {
  if (typeof packet !== 'string') return `!${base64(packet)}`
  return /^$|^[!"#\uFEFF]|[\n\r]/.test(packet) ? JSON.stringify(packet) : packet
}

/** Throws where the line is none. */
export function fromLine(line: string): Packet {
  if (line.startsWith('!')) return Uint8Array.from(atob(line.slice(1)), (letter) => letter.charCodeAt(0))
  return line.startsWith('"') ? (JSON.parse(line) as string) : line
}
