// Reads an HTTP answer of the server: a packet a line, in an event stream behind `data:`. Takes out acks, and
// hears what is said of the link itself.
import { StringDecoder } from 'node:string_decoder'
import { withoutAcks } from './without-acks.mjs'

/** One per answer. `lose` is asked for every ack; `control` hears `{ ticket }` and `{ code }`. */
export class LineFilter {
  #lose
  #control
  #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor({ lose, control }) {
    this.#lose = lose
    this.#control = control
  }

  /** What of these bytes, and of those kept back before, goes on: whole lines. */
  pass(chunk) {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop()
    return lines.map((line) => `${this.#read(line)}\n`).join('')
  }

  /** The last line may have no end. */
  end() {
    return this.#read(this.#rest + this.#decoder.end())
  }

  #read(line) {
    const [, head, packet] = /^(data: ?)?(.*)$/s.exec(line)
    if (packet.startsWith('#{')) this.#control(JSON.parse(packet.slice(1)))
    if (!packet.startsWith('[')) return line
    // Packets are counted at both ends: one that had only acks still comes, with nothing in it.
    return `${head ?? ''}${withoutAcks(packet, this.#lose) || '[]'}`
  }
}
