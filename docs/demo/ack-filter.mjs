// Reads a server's side of a WebSocket and takes out acks on the way; everything else passes untouched.
import { mayHaveAcks, withoutAcks } from './without-acks.mjs'

const TEXT_AND_FINAL = 0x81

/** One per link. `lose` is asked for every ack, and says whether it gets lost. */
export class AckFilter {
  #lose
  #greeted = false
  #rest = Buffer.alloc(0)

  constructor(lose) {
    this.#lose = lose
  }

  /** What of these bytes, and of those kept back before, goes on. */
  pass(chunk) {
    this.#rest = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk
    const out = []
    if (!this.#greeted) out.push(this.#handshake())
    while (this.#greeted) {
      const frame = measure(this.#rest)
      if (!frame) break
      out.push(this.#without(this.#take(frame.start + frame.length), frame))
    }
    return Buffer.concat(out)
  }

  #handshake() {
    const end = this.#rest.indexOf('\r\n\r\n')
    this.#greeted = end >= 0
    return this.#take(this.#greeted ? end + 4 : 0)
  }

  #take(length) {
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  #without(bytes, { start }) {
    if (bytes[0] !== TEXT_AND_FINAL) return bytes
    const packet = bytes.toString('utf8', start)
    if (!mayHaveAcks(packet)) return bytes
    const kept = withoutAcks(packet, this.#lose)
    if (kept === packet) return bytes
    return kept ? textFrame(kept) : Buffer.alloc(0)
  }
}

/** Where the payload of the first WebSocket frame starts and how long it is, once all of it is here. */
function measure(bytes) {
  if (bytes.length < 2) return undefined
  const short = bytes[1] & 0x7f
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const length = start === 2 ? short : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return bytes.length < start + length ? undefined : { start, length }
}

function textFrame(text) {
  const body = Buffer.from(text)
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10)
  head[0] = TEXT_AND_FINAL
  head[1] = head.length === 2 ? body.length : head.length === 4 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(body.length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(body.length), 2)
  return Buffer.concat([head, body])
}
