import type { IncomingMessage, ServerResponse } from 'node:http'
import { Close } from '../../wire/close.js'
import type { Packet } from '../../wire/codec.js'
import type { Gate, Guest } from '../gate.js'
import { answerPlain } from '../plain.js'
import type { Settings } from '../settings.js'
import type { LinkTickets } from '../tickets.js'
import { end, endTooLarge, endWith, extraHeaders, statusOf } from './answer.js'
import { type Ask, understand } from './ask.js'
import { Bodies } from './body.js'
import { preflight, setCommon, setCors } from './cors.js'
import type { Desk } from './desk.js'
import type { HttpLinks } from './links.js'
import { fromLines } from './lines.js'
import { Pass } from './pass.js'
import { type Source, stream } from './stream.js'

export interface RungsParts {
  /** The name of this process among all whose tickets may be shown here. */
  node: string
  gate: Gate
  links: HttpLinks
  tickets: LinkTickets
  /** Where the links of a node are reached. */
  deskOf: (node: string) => Desk | undefined
}

type AskOf<Is extends Ask['is']> = Extract<Ask, { is: Is }>

/** Requests on the path: openings, and those on links: event streams, polls, posts, closings. */
export class Rungs {
  readonly #settings: Settings
  readonly #parts: RungsParts
  readonly #bodies: Bodies
  #readers = 0

  constructor(settings: Settings, parts: RungsParts) {
    this.#settings = settings
    this.#parts = parts
    this.#bodies = new Bodies(settings)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { gate } = this.#parts
    setCommon(response)
    if (!gate.isOriginAllowed(request)) {
      end(response, 403)
      return
    }
    setCors(request, response, this.#settings.allowedOrigins)
    const ask = understand(request)
    switch (ask.is) {
      case 'preflight':
        end(response, 204, preflight)
        break
      case 'plain':
        await answerPlain(request, response, gate)
        break
      case 'refused':
        end(response, ask.status, extraHeaders(ask.status))
        break
      case 'open':
        await this.#openLink(request, response, ask)
        break
      default:
        await this.#onLink(request, response, ask)
    }
  }

  async #openLink(request: IncomingMessage, response: ServerResponse, ask: AskOf<'open'>): Promise<void> {
    const { gate, links, node, tickets } = this.#parts
    const guest = await this.#admit(request)
    // An opening that nobody waits for any more is none.
    if (guest === undefined) return
    if (typeof guest === 'number') {
      gate.refused('opening', guest)
      this.#refuse(request, response, guest)
      return
    }
    const { user, seat, packets } = guest
    const link = links.open(user, packets, ask.streams ? 'stream' : 'poll', seat.leave)
    const source = { desk: links, pass: new Pass(tickets, { node, link, user }), reader: this.#reader() }
    this.#endWithReader(response, source)
    if (ask.streams) await this.#stream(response, source, 0)
    else await this.#poll(response, source, 0, ask.hold)
  }

  /** Who opens a link, and their first packets; or a status, or nothing, where the request was cut off. */
  async #admit(request: IncomingMessage): Promise<(Guest & { packets: Packet[] }) | number | undefined> {
    const who = await this.#parts.gate.judge(request)
    if (typeof who === 'number') return who
    const packets = await this.#firstPackets(request)
    if (typeof packets === 'object') return { ...who, packets }
    who.seat.leave()
    return packets
  }

  async #firstPackets(request: IncomingMessage): Promise<Packet[] | number | undefined> {
    const text = await this.#bodies.read(request)
    if (typeof text !== 'string') return text
    // It may have been closed while the body was under way.
    if (this.#parts.gate.closedFor !== undefined) return 503
    return fromLines(text) ?? 400
  }

  async #onLink(
    request: IncomingMessage,
    response: ServerResponse,
    ask: AskOf<'post' | 'poll' | 'stream' | 'delete'>,
  ): Promise<void> {
    const { tickets, deskOf } = this.#parts
    const grant = tickets.verify(ask.ticket)
    const desk = grant && deskOf(grant.node)
    if (!grant || !desk) {
      this.#refuse(request, response, grant ? 410 : 401)
      return
    }
    const source = { desk, pass: new Pass(tickets, grant, grant.exp), reader: this.#reader() }
    if (ask.is === 'delete') end(response, await desk.leave({ link: grant.link, code: ask.code }))
    else if (ask.is === 'post') await this.#post(request, response, source, ask)
    else if (ask.is === 'poll') await this.#poll(response, source, ask.since, ask.hold)
    else {
      this.#endWithReader(response, source)
      await this.#stream(response, source, ask.since)
    }
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
    source: Source,
    { n, close, take }: AskOf<'post'>,
  ): Promise<void> {
    const text = await this.#bodies.readOf(source.pass.name, request)
    if (text === undefined) return
    const status = typeof text === 'string' ? await source.desk.post({ link: source.pass.link, n, text, close }) : text
    if (status === 204 && take && close === undefined) await this.#poll(response, source, take.since, take.hold)
    else this.#refuse(request, response, status)
  }

  async #poll(response: ServerResponse, { desk, pass, reader }: Source, since: number, most: number): Promise<void> {
    const { link } = pass
    const hold = Math.min(most, this.#settings.pollHold)
    // A last look ends the waiting.
    this.#onceCut(response, () => desk.take({ link, reader, again: true, since, hold: 0 }))
    endWith(response, await desk.take({ link, reader, again: false, since, hold }), pass)
  }

  async #stream(response: ServerResponse, source: Source, since: number): Promise<void> {
    const { desk, pass, reader } = source
    const taken = await desk.take({ link: pass.link, reader, again: false, since, hold: 0 })
    if (taken.is === 'lines') await stream(response, source, taken, this.#settings)
    else end(response, statusOf(taken))
  }

  /** The link goes with its stream, or with its opening: nobody else knows of it. */
  #endWithReader(response: ServerResponse, { desk, pass, reader }: Source): void {
    this.#onceCut(response, () => desk.leave({ link: pass.link, code: Close.abnormal, reader }))
  }

  /** The client was gone before all was said. */
  #onceCut(response: ServerResponse, act: () => Promise<unknown>): void {
    response.once('close', () => {
      if (response.writableFinished) return
      act().catch((err: unknown) => this.#settings.log.error({ err }, 'request failed'))
    })
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
    if (status === 413) endTooLarge(request, response, this.#settings.env)
    else end(response, status, extraHeaders(status, this.#parts.gate.closedFor))
  }

  #reader(): string {
    return `${this.#parts.node}.${++this.#readers}`
  }
}
