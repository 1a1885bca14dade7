// Both machines on one stage: a dialogue of docs/PROTOCOL.md is its directions (lines with `·`), and this writes down
// what is then said. What stands in the document has to be just that.
import { Client, type ClientInput, type ClientOutput } from '../../src/core/client.js'
import { Server } from '../../src/core/server.js'
import { type CallResult, serverDefaults, type ServerInput, type ServerOutput } from '../../src/core/server/contract.js'
import { Tables, tablesDefaults } from '../../src/server/stores/tables.js'
import { Close, type Closing } from '../../src/wire/close.js'
import { clientCodec, type Packet, serverCodec } from '../../src/wire/codec.js'
import { FrameError } from '../../src/wire/errors.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import { clientOptions } from '../support/client-core.js'

const WALL = 1_700_000_000_000
type Sending<Frame> = Map<number, Frame[]>

export class Stage {
  readonly lines: string[] = []
  lose: 'C→S' | 'S→C' | undefined
  guarded = false
  /** Whose client it is; '' when anonymous. */
  user = ''
  keep = 10_000
  /** Messages pushed and not received. */
  window: number = serverDefaults.pushWindow
  /** Names of the client's transports, the best first. With several, it is told which link is which. */
  transports = ['websocket']
  #now = 0
  #seq = 0
  #ben = 0
  #links = 0
  #epochs = 0
  /** The link is another client's. */
  #absent = false
  #connected = false
  readonly #dead = new Set<number>()
  /** Of devices at other nodes. */
  readonly #users = new Map<string, string>()
  readonly #opened = new Set<number>()
  readonly #fromClient: Sending<ClientFrame<Packed>> = new Map()
  readonly #fromServer: Sending<ServerFrame<Packed>> = new Map()
  #made: Client<number> | undefined
  #store: Tables | undefined
  #server: Server | undefined

  note(line: string): void {
    this.lines.push(line)
  }

  connect(): void {
    this.#connected = true
    this.tell({ on: 'connect' })
  }

  open(link: number): void {
    this.#links = link
    this.#opened.add(link)
    if (!this.#connected) this.connect()
    this.toServer({ on: 'opened', link, user: this.user })
    this.tell({ on: 'opened', link })
  }

  /** Nobody answers there, or something on the way says no. */
  fail(link: number): void {
    if (!this.#connected) this.connect()
    this.tell({ on: 'ended', link, closing: { code: Close.abnormal, reason: '' } })
  }

  /** The client thinks that it is open, and the server never hears of it. */
  openMute(link: number): void {
    this.#links = link
    this.#opened.add(link)
    this.#dead.add(link)
    this.tell({ on: 'opened', link })
  }

  /** A link that is not our client's. */
  openOther(link: number): void {
    this.#links = link
    this.#absent = true
    this.toServer({ on: 'opened', link })
  }

  cut(link: number): void {
    this.toServer({ on: 'closed', link })
    this.tell({ on: 'ended', link, closing: { code: Close.abnormal, reason: '' } })
  }

  /** Half open: nothing passes, and nobody is told. */
  deaden(link: number): void {
    this.#dead.add(link)
  }

  send(ch: string, body: string): void {
    const tag = ++this.#seq
    this.tell({ on: 'send', draft: { seq: tag, ch, body, bytes: body.length, expiresAt: Infinity, tag } })
  }

  follow(ch: string, from: 'now' | 'oldest' | 'last'): void {
    this.tell({ on: 'subscribe', ch, from })
  }

  watch(ch: string): void {
    this.tell({ on: 'watch', ch })
  }

  look(away: boolean): void {
    this.tell({ on: 'look', away })
  }

  /** A device at another node becomes a member, and is there. */
  join(client: string, user: string, ch: string): void {
    const store = this.#tables()
    store.open({ client, key: client, user, acked: 0 })
    this.#users.set(client, user)
    const { epoch, next } = store.members({ ch })
    store.keep({ client, ch, cursor: { epoch, since: next, offset: next - 1, time: WALL } })
    this.see(client, 'online')
  }

  /** It has everything up to there. */
  receive(client: string, ch: string, offset: number): void {
    const store = this.#tables()
    const cursor = store.cursor({ client, ch })
    if (cursor) store.keep({ client, ch, cursor: { ...cursor, offset } })
    this.#settle()
  }

  see(client: string, presence: 'online' | 'away' | 'offline'): void {
    const store = this.#tables()
    // As what is known of it, or later: nothing else would change anything.
    const user = this.#users.get(client) ?? ''
    store.seen({ devices: [{ client, user, presence, seenAt: WALL }] })
    this.#settle()
  }

  close(): void {
    this.tell({ on: 'close', code: Close.normal, reason: 'closed by the app' })
  }

  publishAsBen(ch: string, body: string): void {
    const store = this.#tables()
    store.open({ client: 'ben', key: 'ben', user: 'ben', acked: this.#ben })
    const seq = ++this.#ben
    const draft = { ch, seq, after: seq - 1, id: `ben:${seq}`, from: 'ben', time: WALL, body }
    store.append({ client: 'ben', records: [draft] })
    this.#settle()
  }

  restart({ memory }: { memory: 'kept' | 'lost' }): void {
    if (memory === 'lost') this.#store = undefined
    this.#server = undefined
    this.tell({ on: 'ended', link: this.#links, closing: { code: Close.abnormal, reason: '' } })
  }

  drain(after: number, spread: number): void {
    this.toServer({ on: 'drain', after, spread })
  }

  pass(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = Math.min(this.#client.deadline, this.#server?.deadline ?? Infinity)
      if (next > end) break
      this.#now = Math.max(this.#now, next)
      if (this.#server && this.#server.deadline <= this.#now) this.toServer({ on: 'tick' })
      if (this.#client.deadline <= this.#now) this.tell({ on: 'tick' })
    }
    this.#now = end
  }

  /** What a client of another make says. */
  say(link: number, packet: Packet): void {
    try {
      this.toServer({ on: 'frames', link, frames: serverCodec.decode(packet) })
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.toServer({ on: 'broken', link, error })
    }
  }

  tell(input: ClientInput<number>): void {
    if (this.#absent) return
    for (const output of this.#client.handle(input, this.#now)) this.#performClient(output)
    this.#settle()
  }

  toServer(input: ServerInput): void {
    this.#feedServer(input)
    this.#settle()
  }

  #feedServer(input: ServerInput): void {
    const server = (this.#server ??= this.#newServer())
    for (const output of server.handle(input, this.#now)) this.#performServer(output)
  }

  /** Made when it is first needed: by then it is known which transports it has. */
  get #client(): Client<number> {
    return (this.#made ??= this.#newClient())
  }

  /** Several transports: of each line it has to be said which link it is of. */
  get #races(): boolean {
    return this.transports.length > 1
  }

  #newClient(): Client<number> {
    return new Client(
      clientOptions({
        link: { connectTimeout: 8_000 },
        outbox: { maxMessages: 1_000, maxBytes: 2 ** 20, window: 256, windowBytes: 2 ** 18 },
        ladder: { rungs: this.transports.length, first: 0, stagger: 500 },
      }),
    )
  }

  #newServer(): Server {
    const tickets = { sign: () => 'T', verify: () => ({ client: 'ada', user: '' }) }
    return new Server({
      ...serverDefaults,
      ...tickets,
      guarded: this.guarded,
      pushWindow: this.window,
      wall: () => WALL,
    })
  }

  #tables(): Tables {
    if (!this.#store) {
      this.#store = new Tables({ ...tablesDefaults, maxEntries: this.keep }, () => WALL, `e${++this.#epochs}`)
      this.#store.watch((change) => this.#feedServer({ on: 'changed', change }))
    }
    return this.#store
  }

  #performServer(output: ServerOutput): void {
    if (output.do === 'write') add(this.#fromServer, output.link, output.frames)
    else if (output.do === 'call') {
      const { call, ask } = output.request
      const store = this.#tables() as unknown as Record<string, (ask: unknown) => CallResult>
      const result = call === 'authorize' ? ask.ch !== 'secret' : (store[call]?.(ask) as CallResult)
      this.#feedServer({ on: 'done', op: output.op, result })
    } else if (output.do === 'close') {
      const { link, code, reason } = output
      this.#settle()
      this.#line('S→C', link, `close ${code} ${reason}`)
      if (!this.#dead.has(link)) this.tell({ on: 'ended', link, closing: { code, reason, clean: true } })
    }
  }

  #performClient(output: ClientOutput<number>): void {
    switch (output.do) {
      case 'write':
        return add(this.#fromClient, output.link, output.frames)
      case 'drop':
        return this.#drop(output.link, output.closing)
      case 'open':
        if (this.#races) this.note(`  ⇒ dials link ${output.link}: ${this.transports[output.rung]}`)
        return
      case 'rung':
        if (this.#races) this.note(`  ⇒ ${this.#nameOf(output.rung)} serves${output.reason && `: ${output.reason}`}`)
        return
      case 'deliver':
        return this.note(`  ⇒ the app gets ${JSON.stringify(output.message.body)}, offset ${output.message.offset}`)
      case 'gap':
        return this.note(`  ⇒ the app is told of a gap: from ${output.gap.from}, to ${output.gap.to}`)
      case 'settled':
        return this.note(`  ⇒ message ${output.tag} ${output.error ? `failed: ${output.error.code}` : 'accepted'}`)
      case 'placed':
        return this.note(`  ⇒ message ${output.tag} has offset ${output.offset}`)
      case 'receipt': {
        const { receipt } = output
        if (!receipt) return
        const state = receipt.gone ? 'gone' : receipt.count ? 'delivered' : 'stored'
        return this.note(`  ⇒ message ${output.tag} ${state}: ${receipt.count} of ${receipt.of}`)
      }
      case 'present': {
        const { list, left = [] } = output.present
        const told = [
          ...list.map(({ client, presence }) => `${client} ${presence}`),
          ...left.map((one) => `${one} left`),
        ]
        return this.note(`  ⇒ in ${output.ch}: ${told.join(', ') || 'nobody'}`)
      }
      case 'status':
        return this.note(`  ⇒ status ${output.status}`)
      case 'retry':
        return this.note(`  ⇒ the next dial is in ${output.delay} ms`)
      default:
    }
  }

  #nameOf(rung: number | undefined): string {
    return (rung === undefined ? undefined : this.transports[rung]) ?? 'nothing'
  }

  #drop(link: number, { code, reason }: Closing): void {
    this.#flushClient()
    if (!this.#opened.has(link)) return this.note(`  ⇒ gives up link ${link}: ${reason}`)
    // What src/transports/websocket.ts makes of it: the standard lets a page say no other code below 3000.
    this.#line('C→S', link, `close ${code >= 3000 ? code : 1000} ${reason}`)
    if (!this.#dead.has(link)) this.#feedServer({ on: 'closed', link })
  }

  #settle(): void {
    do {
      this.#flushClient()
      for (const [link, frames] of drain(this.#fromServer)) {
        const [packet] = serverCodec.encode(frames) as [string]
        if (this.#arrives('S→C', link, packet)) this.tell({ on: 'frames', link, frames: clientCodec.decode(packet) })
      }
      this.#wake()
    } while (this.#fromClient.size || this.#fromServer.size)
  }

  /** What is due at once. */
  #wake(): void {
    while (this.#server && this.#server.deadline <= this.#now) this.#feedServer({ on: 'tick' })
  }

  #flushClient(): void {
    for (const [link, frames] of drain(this.#fromClient)) {
      const [packet] = clientCodec.encode(frames) as [string]
      if (this.#arrives('C→S', link, packet)) this.say(link, packet)
    }
  }

  #arrives(way: 'C→S' | 'S→C', link: number, packet: string): boolean {
    const lost = this.lose === way || this.#dead.has(link)
    if (this.lose === way) this.lose = undefined
    const frames = (JSON.parse(packet) as unknown[]).map((frame) => JSON.stringify(frame))
    this.#line(way, link, `${frames.join('\n     ')}${lost ? '   ✗ lost' : ''}`)
    return !lost
  }

  /** Of the only link there is it goes without saying which it is. */
  #line(way: string, link: number, text: string): void {
    this.note(`${way}  ${link === this.#links && !this.#races ? '' : `(link ${link}) `}${text}`)
  }
}

function add<Frame>(sending: Sending<Frame>, link: number, frames: readonly Frame[]): void {
  sending.set(link, [...(sending.get(link) ?? []), ...frames])
}

function drain<Frame>(sending: Sending<Frame>): [number, Frame[]][] {
  const all = [...sending]
  sending.clear()
  return all
}
