// The server's side of links over HTTP, as docs/PROTOCOL.md has it, without HTTP and without a codec: a test's far end.
import type { Peer } from '../../src/testing/index.js'
import type { Packet } from '../../src/wire/codec.js'

export interface Asked {
  method: string
  /** Path and query. */
  url: string
  headers: Record<string, string | undefined>
  body: string
}

/** What the far end answers; a stream goes on until the link ends. */
export interface Told {
  status: number
  text: string
  stream?: FarLink
}

type Timer = (callback: () => void, ms: number) => () => void

const line = (packet: Packet): string => {
  if (typeof packet !== 'string') return `!${Buffer.from(packet).toString('base64')}`
  return packet === '' || /^[!"#\uFEFF]|[\r\n]/.test(packet) ? JSON.stringify(packet) : packet
}

const packet = (text: string): Packet => {
  if (text.startsWith('!')) return new Uint8Array(Buffer.from(text.slice(1), 'base64'))
  return text.startsWith('"') ? (JSON.parse(text) as string) : text
}

export class FarLink implements Peer {
  readonly got: Packet[] = []
  readonly gone: Promise<{ code: number; reason: string }>
  readonly ticket: string
  /** Lines not yet confirmed, and the number of the first. */
  readonly down: string[] = []
  first = 1
  posts = 0
  over: { code: number; reason: string } | undefined
  /** No answer is owed any more: 410. */
  cutOff = false
  /** Told of everything new. */
  onNews: () => void = () => undefined
  #leave: (how: { code: number; reason: string }) => void = () => undefined

  constructor(ticket: string) {
    this.ticket = ticket
    this.gone = new Promise((resolve) => (this.#leave = resolve))
  }

  send(one: Packet): void {
    if (this.over) return
    this.down.push(line(one))
    this.onNews()
  }

  close(code: number, reason: string): void {
    if (this.over) return
    this.over = { code, reason }
    this.#leave(this.over)
    this.onNews()
  }

  cut(): void {
    this.cutOff = true
    this.close(1006, '')
  }

  /** Packets number n; said again they have no effect. */
  post(n: number, body: string): number {
    if (n <= this.posts) return 204
    if (n > this.posts + 1) return 409
    this.posts = n
    this.hear(body)
    return 204
  }

  hear(body: string): void {
    for (const text of body.split('\n')) if (text) this.got.push(packet(text))
  }

  forget(since: number): void {
    while (this.first <= since && this.down.shift() !== undefined) this.first++
  }

  /** All lines after `since`, and the end when it is there. */
  lines(since: number): string[] {
    const rest = this.down.slice(Math.max(0, since + 1 - this.first))
    return this.over ? [...rest, `#${JSON.stringify(this.over)}`] : rest
  }

  /** The same, as soon as there is one; a newer call ends this one. */
  take(since: number, hold: number, timer: Timer): Promise<string[]> {
    this.forget(since)
    return new Promise((done) => {
      const finish = (): void => {
        cancel()
        done(this.lines(since))
      }
      this.onNews()
      const cancel = timer(finish, hold)
      this.onNews = finish
      if (this.lines(since).length) finish()
    })
  }
}

export class FarEnd {
  readonly links = new Map<string, FarLink>()
  readonly #timer: Timer
  readonly #coming: ((link: FarLink) => void)[] = []

  constructor(timer: Timer) {
    this.#timer = timer
  }

  /** The next one who comes in. */
  peer(): Promise<FarLink> {
    return new Promise((resolve) => this.#coming.push(resolve))
  }

  async answer(asked: Asked): Promise<Told> {
    const { search } = new URL(asked.url, 'http://far')
    const query = new URLSearchParams(asked.headers['holdfast'] ?? search)
    const number = (name: string): number => Number(query.get(name) ?? 0)
    const ticket = /^Bearer holdfast\.link\.(.*)$/.exec(asked.headers['authorization'] ?? '')?.[1] ?? query.get('link')
    const streams = asked.headers['accept'] === 'text/event-stream'
    if (ticket === null) return asked.method === 'POST' ? this.#open(asked, number('hold'), streams) : empty(426)
    const link = this.links.get(ticket)
    if (!link || link.cutOff) return empty(410)
    if (asked.method === 'POST') {
      const status = link.post(number('post'), asked.body)
      if (query.has('close')) link.close(number('close'), '')
      if (status !== 204 || !query.has('since')) return empty(status)
    }
    if (streams) return { ...empty(200), stream: link }
    return told(await link.take(number('since'), number('hold'), this.#timer), link)
  }

  async #open(asked: Asked, hold: number, streams: boolean): Promise<Told> {
    const link = new FarLink(`t${String(this.links.size + 1)}`)
    this.links.set(link.ticket, link)
    link.hear(asked.body)
    this.#coming.shift()?.(link)
    const first = `#${JSON.stringify({ ticket: link.ticket })}`
    if (streams) return { status: 200, text: first, stream: link }
    const { text, status } = told(await link.take(0, hold, this.#timer), link)
    return { status, text: status === 200 ? [first, text].filter(Boolean).join('\n') : '' }
  }
}

const empty = (status: number): Told => ({ status, text: '' })
const told = (lines: string[], link: FarLink): Told =>
  link.cutOff ? empty(410) : { status: 200, text: lines.join('\n') }
