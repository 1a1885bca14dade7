// Requests as a client of the HTTP rungs makes them, each by hand.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { later } from '../support/servers.js'
import { clientCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'
import type { Plain } from './server.world.js'

export interface Said {
  query?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** An answer as it comes in. */
export class Coming {
  readonly request: ClientRequest
  readonly response: Promise<IncomingMessage>
  text = ''
  isOver = false
  /** The connection broke. */
  isBroken = false
  #look = (): void => undefined

  constructor(port: number, method: string, { query = '', headers = {}, body }: Said = {}) {
    const length = body !== undefined &&
      !('transfer-encoding' in headers) && { 'content-length': String(Buffer.byteLength(body)) }
    const all = { ...length, ...headers }
    const path = `/realtime${query}`
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: all, agent: false })
    this.request = request
    this.response = new Promise((resolve, reject) => {
      request.on('error', (error) => {
        this.isBroken = true
        reject(error)
      })
      request.on('response', (response) => {
        response.setEncoding('utf8').on('data', (part: string) => {
          this.text += part
          this.#look()
        })
        response.on('error', () => undefined)
        response.on('close', () => {
          this.isOver = true
          this.#look()
        })
        resolve(response)
      })
    })
    this.response.catch(() => undefined)
    later(() => request.destroy())
    request.end(body)
  }

  /** Resolves when enough has come; to the text so far. */
  async until(enough: (text: string) => boolean): Promise<string> {
    await this.response
    return new Promise((resolve) => {
      this.#look = () => {
        if (enough(this.text)) resolve(this.text)
      }
      this.#look()
    })
  }

  async whole(): Promise<Plain> {
    const { statusCode: status = 0, headers } = await this.response
    return { status, headers, text: await this.until(() => this.isOver) }
  }

  cut(): void {
    this.request.destroy()
  }
}

export const say = (port: number, method: string, said?: Said): Promise<Plain> => new Coming(port, method, said).whole()

export const packet = (...frames: ClientFrame<Packed>[]): string => clientCodec.encode(frames).join('\n')

export const hello = (client = 'ann'): ClientFrame<Packed> => ({
  ...{ t: 'hello', v: 1, client, key: `key of ${client}`, acked: 0 },
})

export const send = (seq: number, body = `"${seq}"`): ClientFrame<Packed> => ({ t: 'send', seq, ch: 'room', body })
export const sub: ClientFrame<Packed> = { t: 'sub', ch: 'room', from: 'oldest' }

interface Control {
  ticket?: string
  code?: number
  reason?: string
}

/** The packets of an answer, and what it says of the link. */
export function read(text: string): { frames: ServerFrame[]; packets: number; controls: Control[] } {
  const lines = text === '' ? [] : text.split('\n')
  const packets = lines.filter((line) => !line.startsWith('#'))
  return {
    frames: packets.flatMap((line) =>
      clientCodec.decode(line.startsWith('!') ? new Uint8Array(Buffer.from(line.slice(1), 'base64')) : line),
    ),
    packets: packets.length,
    controls: lines.filter((line) => line.startsWith('#')).map((line) => JSON.parse(line.slice(1)) as Control),
  }
}

/** One link, by requests to any of the ports. */
export class HttpLink {
  posts = 0
  since = 0
  readonly frames: ServerFrame[] = []
  ticket: string

  constructor(ticket: string) {
    this.ticket = ticket
  }

  /** Says hello, and waits for the welcome. */
  static async open(port: number, ...frames: ClientFrame<Packed>[]): Promise<HttpLink> {
    const link = new HttpLink('')
    link.take(await say(port, 'POST', { query: '?hold=5000', body: packet(...(frames.length ? frames : [hello()])) }))
    return link
  }

  get auth(): Record<string, string> {
    return { authorization: `Bearer holdfast.link.${this.ticket}` }
  }

  /** What is in an answer is this client's from now on. */
  take(answer: Plain): ReturnType<typeof read> {
    const had = read(answer.text)
    this.since += had.packets
    this.frames.push(...had.frames)
    this.ticket = had.controls.find(({ ticket }) => ticket)?.ticket ?? this.ticket
    return had
  }

  post(port: number, ...frames: ClientFrame<Packed>[]): Promise<Plain> {
    return this.ask(port, 'POST', `?post=${++this.posts}`, packet(...frames))
  }

  ask(port: number, method: string, query: string, body?: string, headers: Record<string, string> = {}) {
    return say(port, method, { query, headers: { ...this.auth, ...headers }, ...(body !== undefined && { body }) })
  }

  async poll(port: number, hold = 5_000): Promise<ReturnType<typeof read> & { status: number }> {
    const answer = await this.ask(port, 'GET', `?since=${this.since}&hold=${hold}`)
    return { ...this.take(answer), status: answer.status }
  }

  /** Polls until there was such a frame. */
  async next<T extends ServerFrame['t']>(port: number, t: T): Promise<Extract<ServerFrame, { t: T }>> {
    for (;;) {
      const found = this.frames.find((frame) => frame.t === t)
      if (found) return found as Extract<ServerFrame, { t: T }>
      const { status } = await this.poll(port)
      if (status !== 200) throw new Error(`no ${t}: ${status}`)
    }
  }

  stream(port: number, query = `?since=${this.since}`, headers: Record<string, string> = {}): Coming {
    return new Coming(port, 'GET', { query, headers: { accept: 'text/event-stream', ...this.auth, ...headers } })
  }
}

export interface Event {
  id?: string
  event?: string
  data?: string
}

/** An event stream, read as the standard says: comments left out. */
export function events(text: string): Event[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) =>
      Object.fromEntries(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => line.split(/: ?(.*)/s).slice(0, 2)),
      ),
    )
    .filter((event) => 'data' in event) as Event[]
}
