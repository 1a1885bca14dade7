import type { Packet } from '../../wire/codec.js'

/** What the server says of a link itself: never counted as a packet. */
export type Control = { ticket: string } | { code: number; reason: string }

/** Text that would be taken for something else, or for two lines. */
const AMBIGUOUS = /^$|^[!"#\uFEFF]|[\n\r]/

/** One packet as one line of text. */
export function toLine(packet: Packet): string {
  if (typeof packet === 'string') return AMBIGUOUS.test(packet) ? JSON.stringify(packet) : packet
  return `!${Buffer.from(packet.buffer, packet.byteOffset, packet.length).toString('base64')}`
}

export const toControl = (control: Control): string => `#${JSON.stringify(control)}`

/** The packets of a body, or `undefined` where one of its lines is no packet. */
export function fromLines(text: string): Packet[] | undefined {
  const packets: Packet[] = []
  for (const line of text === '' ? [] : text.split('\n')) {
    const packet = fromLine(line)
    if (packet === undefined) return undefined
    packets.push(packet)
  }
  return packets
}

function fromLine(line: string): Packet | undefined {
  if (line.startsWith('!')) return fromBase64(line.slice(1))
  if (line.startsWith('"')) return fromJson(line)
  return AMBIGUOUS.test(line) ? undefined : line
}

/** Node takes anything for base64, so what does not come out again is none. */
function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

function fromJson(text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
