import { parse } from './body.js'
import { FrameError } from './errors.js'
import { type ClientFrame, type Frame, type Packed, type ServerFrame, SUBPROTOCOL } from './frame.js'
import { clientShapes, flaw, isNumber, serverShapes, type Shapes } from './shape.js'

/** What a transport moves in one piece: text, or bytes. */
export type Packet = string | Uint8Array

/** Frames to packets and back: the one place where the wire format is known. */
export interface Codec<Out extends Frame<Packed> = ClientFrame<Packed>, In extends Frame = ServerFrame> {
  /** The other side's first word is a `welcome`. */
  readonly greets: boolean
  /** Subprotocols to offer, best first. */
  readonly protocols: readonly string[]
  /** Throws `MessageError` for a frame that it cannot say, so that its message fails alone. */
  check?(frame: Out): void
  /** As few packets as `max` bytes each allow; a frame is never split. */
  encode(frames: readonly Out[], max?: number): Packet[]
  /** Throws `FrameError`. */
  decode(packet: Packet): In[]
}

/** A frame as the wire has it: its JSON text, and the bytes that come after. */
interface Piece {
  text: string
  blobs: Uint8Array[]
}

/** A frame with bytes is its JSON with `bin` (their length) in place of `body`; a JSON body goes in as it is. */
function toPiece(frame: object): Piece {
  if (!('body' in frame)) return { text: JSON.stringify(frame), blobs: [] }
  const { body, ...head } = frame as { body: Packed }
  if (typeof body === 'object') return { text: JSON.stringify({ ...head, bin: body.length }), blobs: [body] }
  return { text: `${JSON.stringify(head).slice(0, -1)},"body":${body}}`, blobs: [] }
}

/** `[frame,frame]`, or for frames with bytes: the length of that text (4 bytes, big-endian), the text, the bytes. */
function join(pieces: Piece[]): Packet {
  const text = `[${pieces.map((piece) => piece.text).join()}]`
  const blobs = pieces.flatMap((piece) => piece.blobs)
  if (!blobs.length) return text
  const head = new TextEncoder().encode(text)
  const parts = [head, ...blobs]
  const packet = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 4))
  new DataView(packet.buffer).setUint32(0, head.length)
  let at = 4
  for (const part of parts) {
    packet.set(part, at)
    at += part.length
  }
  return packet
}

const encodeWith =
  <F>(piece: (frame: F) => Piece) =>
  (frames: readonly F[], max = Infinity): Packet[] => {
    const packets: Piece[][] = []
    let room = 0
    for (const next of frames.map(piece)) {
      // Three bytes a UTF-16 unit is the most that UTF-8 takes.
      const cost = next.blobs.reduce((sum, { length }) => sum + length, next.text.length * 3)
      if (cost > room) {
        packets.push([])
        room = max
      }
      packets.at(-1)?.push(next)
      room -= cost
    }
    return packets.map(join)
  }

interface Holder {
  bin?: unknown
  body?: unknown
  entries?: Holder[]
}

function decodeWith(shapes: Shapes): (packet: Packet) => never {
  return (packet) => {
    try {
      const bytes = typeof packet === 'string' ? undefined : packet
      let at = bytes ? 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0) : 0
      const text = bytes ? new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, at)) : (packet as string)
      const frames = parse(text)
      if (!Array.isArray(frames)) throw new TypeError('no list of frames')
      for (const frame of frames as Holder[]) {
        const holders = bytes ? (frame.entries ?? [frame]) : []
        for (const holder of holders) {
          if (isNumber(holder.bin)) holder.body = bytes && new Uint8Array(bytes.subarray(at, (at += holder.bin)))
        }
        const wrong = flaw(frame, shapes)
        if (wrong) throw new TypeError(wrong)
      }
      if (bytes && at !== bytes.length) throw new RangeError('wrong length')
      return frames as never
    } catch (cause) {
      throw new FrameError('bad-frame', `not a Holdfast packet: ${String(cause).slice(0, 160)}`, { cause })
    }
  }
}

/** The client's side of the protocol. */
export const clientCodec: Codec = {
  greets: true,
  protocols: [SUBPROTOCOL],
  encode: encodeWith(toPiece),
  decode: decodeWith(serverShapes),
}

/** Made once however many links a message is written to: a fan-out shares the frame object. */
const known = new WeakMap<object, Piece>()

function toSharedPiece(frame: ServerFrame<Packed>): Piece {
  if (frame.t === 'page') return pageToPiece(frame)
  if (frame.t !== 'message') return toPiece(frame)
  const piece = known.get(frame) ?? toPiece(frame)
  known.set(frame, piece)
  return piece
}

function pageToPiece({ entries, ...head }: Extract<ServerFrame<Packed>, { t: 'page' }>): Piece {
  const pieces = entries.map(toPiece)
  const list = pieces.map(({ text }) => text).join()
  const { text } = toPiece(head)
  return { text: `${text.slice(0, -1)},"entries":[${list}]}`, blobs: pieces.flatMap(({ blobs }) => blobs) }
}

/** The server's side of the protocol. */
export const serverCodec: Codec<ServerFrame<Packed>, ClientFrame> = {
  greets: false,
  protocols: [SUBPROTOCOL],
  encode: encodeWith(toSharedPiece),
  decode: decodeWith(clientShapes),
}
