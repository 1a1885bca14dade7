import { parse } from './body.js'
import { FrameError } from './errors.js'
import { type ClientFrame, type Frame, type Packed, type ServerFrame, SUBPROTOCOL } from './frame.js'
import { clientShapes, flaw, serverShapes, type Shapes } from './shape.js'

/** What a transport moves in one piece: text, or bytes. */
export type Packet = string | Uint8Array

/** Frames to packets and back: the one place where the wire format is known. */
export interface Codec<Out extends Frame<Packed> = ClientFrame<Packed>, In extends Frame = ServerFrame> {
  /** The other side's first word is a `welcome`. */
  readonly greets: boolean
  /** Subprotocols to offer, best first. */
  readonly protocols: readonly string[]
  /** Throws for a frame that it cannot say, so that its message fails alone. */
  check?(frame: Out): void
  /** As few packets as `max` bytes each allow; a frame is never split. */
  encode(frames: readonly Out[], max?: number): Packet[]
  /** Throws `FrameError`. */
  decode(packet: Packet): In[]
}

/**
 * Encoded once however many links it is written to: a fan-out shares the frame object.
 * Text frames are JSON; a frame with bytes is its JSON with `bin` (the length) in place of `body`.
 */
const texts = new WeakMap<object, string>()

function toText(frame: Frame<Packed>): string {
  let text = texts.get(frame)
  if (text === undefined) {
    text = 'entries' in frame ? pageText(frame) : bodyText(frame)
    texts.set(frame, text)
  }
  return text
}

function bodyText(frame: object): string {
  if (!('body' in frame)) return JSON.stringify(frame)
  const { body, ...head } = frame as { body: Packed }
  if (typeof body !== 'string') return JSON.stringify({ ...head, bin: body.length })
  const text = JSON.stringify(head)
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"body":${body}}`
}

function pageText(frame: Extract<Frame<Packed>, { t: 'page' }>): string {
  const text = JSON.stringify({ ...frame, entries: 0 })
  return text.replace(/"entries":0/, () => `"entries":[${frame.entries.map(bodyText).join()}]`)
}

function bytesOf(frame: Frame<Packed>): Uint8Array[] {
  const bodies = 'entries' in frame ? frame.entries : 'body' in frame ? [frame] : []
  return bodies.flatMap(({ body }) => (typeof body === 'string' ? [] : [body]))
}

/** `[frame,frame]`, or for frames with bytes: the length of that text (4 bytes, big-endian), the text, the bytes. */
function join(parts: string[], blobs: Uint8Array[]): Packet {
  const text = `[${parts.join()}]`
  if (!blobs.length) return text
  const head = new TextEncoder().encode(text)
  const packet = new Uint8Array(blobs.reduce((sum, { length }) => sum + length, 4 + head.length))
  new DataView(packet.buffer).setUint32(0, head.length)
  packet.set(head, 4)
  let at = 4 + head.length
  for (const blob of blobs) {
    packet.set(blob, at)
    at += blob.length
  }
  return packet
}

function encode(frames: readonly Frame<Packed>[], max = Infinity): Packet[] {
  const packets: Packet[] = []
  let parts: string[] = []
  let blobs: Uint8Array[] = []
  let size = 0
  for (const frame of frames) {
    const text = toText(frame)
    const bytes = bytesOf(frame)
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    const cost = bytes.reduce((sum, { length }) => sum + length, text.length * 3)
    if (parts.length && size + cost > max) {
      packets.push(join(parts, blobs))
      parts = []
      blobs = []
      size = 0
    }
    parts.push(text)
    blobs.push(...bytes)
    size += cost
  }
  if (parts.length) packets.push(join(parts, blobs))
  return packets
}

function decode(packet: Packet, shapes: Shapes): unknown[] {
  try {
    return typeof packet === 'string' ? checked(packet, shapes) : unjoin(packet, shapes)
  } catch (cause) {
    if (cause instanceof FrameError) throw cause
    throw new FrameError('bad-frame', `not a Holdfast packet: ${String(cause).slice(0, 120)}`, { cause })
  }
}

function unjoin(packet: Uint8Array, shapes: Shapes): unknown[] {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  let at = 4 + view.getUint32(0)
  if (at > packet.length) throw new RangeError('the head is longer than the packet')
  const text = new TextDecoder('utf-8', { fatal: true }).decode(packet.subarray(4, at))
  const frames = checked(text, shapes, (length) => {
    if (at + length > packet.length) throw new RangeError('the bytes are shorter than promised')
    // A copy even of a Node Buffer, whose own slice would keep the whole packet alive.
    return new Uint8Array(packet.subarray(at, (at += length)))
  })
  if (at !== packet.length) throw new RangeError('more bytes than promised')
  return frames
}

function checked(text: string, shapes: Shapes, bytes?: (length: number) => Uint8Array): unknown[] {
  const frames = parse(text)
  if (!Array.isArray(frames)) throw new FrameError('bad-frame', 'a packet is a list of frames')
  for (const frame of frames as unknown[]) {
    if (bytes) restore(frame, bytes)
    const wrong = flaw(frame, shapes)
    if (wrong) throw new FrameError('bad-frame', wrong)
  }
  return frames
}

function restore(frame: unknown, bytes: (length: number) => Uint8Array): void {
  const { entries } = Object(frame) as { entries?: unknown }
  for (const holder of (Array.isArray(entries) ? entries : [frame]) as { bin?: unknown; body?: unknown }[]) {
    const length = Object(holder) === holder ? holder.bin : undefined
    if (Number.isSafeInteger(length) && (length as number) >= 0) holder.body = bytes(length as number)
  }
}

/** The client's side of the protocol. */
export const clientCodec: Codec = {
  greets: true,
  protocols: [SUBPROTOCOL],
  encode,
  decode: (packet) => decode(packet, serverShapes) as ServerFrame[],
}

/** The server's side of the protocol. */
export const serverCodec: Codec<ServerFrame<Packed>, ClientFrame> = {
  greets: false,
  protocols: [SUBPROTOCOL],
  encode,
  decode: (packet) => decode(packet, clientShapes) as ClientFrame[],
}
