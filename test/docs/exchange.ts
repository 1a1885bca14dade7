// The HTTP dialogues of docs/PROTOCOL.md with a real server: their requests are sent as they stand, and this writes down
// what is answered. What no two runs have in common is named: L1, L2 … the tickets of links, S that of the session.
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer, MemoryStore } from '../../src/server/index.js'

const WALL = 1_700_000_000_000
/** ms. What a stream has to say is there long before. */
const PATIENCE = 3_000
const QUIET = 150
const ORIGIN = 'https://app.example.com'

/** One line of a dialogue, and what is indented below it. */
interface Step {
  is: 'C→S' | 'S→C' | '·'
  words: string
  below: string[]
}

/** Header lines, and behind an empty line the body. */
function split(below: readonly string[]): { headers: [string, string][]; body: string } {
  const end = below.indexOf('')
  const headers = below.slice(0, end < 0 ? undefined : end)
  return {
    headers: headers.map((line) => [/^[^:]*/.exec(line)?.[0] ?? '', line.replace(/^[^:]*: */, '')]),
    body: end < 0 ? '' : below.slice(end + 1).join('\n'),
  }
}

export function steps(text: string): Step[] {
  const found: Step[] = []
  for (const line of text.trimEnd().split('\n')) {
    const [, is, words = ''] = /^(C→S|S→C|·) +(.*)$/.exec(line) ?? []
    if (is) found.push({ is: is as Step['is'], words, below: [] })
    else found.at(-1)?.below.push(line.replace(/^ {5}/, ''))
  }
  return found
}

/** A client that does what a dialogue says, and its server. */
export class Exchange {
  readonly #http: Server
  readonly #stop: () => Promise<void>
  readonly #store: MemoryStore
  readonly #names = new Map<string, string>()
  #ben = 0
  #late = 0
  #answer: { response: IncomingMessage; text: () => string } | undefined
  #stream: { response: IncomingMessage; text: () => string; read: number } | undefined

  private constructor(http: Server, stop: () => Promise<void>, store: MemoryStore) {
    this.#http = http
    this.#stop = stop
    this.#store = store
  }

  static async start(): Promise<Exchange> {
    const http = createHttp()
    const store = new MemoryStore({ id: () => 'e1', now: () => WALL })
    const authenticate = ({ token }: { token: string | undefined }): string | null => (token === 'ada' ? token : null)
    const server = createServer({ store, authenticate, allowedOrigins: [ORIGIN] }).attach(http, { path: '/realtime' })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const stop = async (): Promise<void> => {
      http.closeAllConnections()
      await server.close({ after: 0, spread: 0 })
      http.close()
    }
    return new Exchange(http, stop, store)
  }

  get host(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  onRequest(listener: (request: IncomingMessage) => void): void {
    this.#http.prependListener('request', listener)
  }

  /** ms by which the clock on the wall is ahead. */
  get late(): number {
    return this.#late
  }

  async stop(): Promise<void> {
    this.#stream?.response.destroy()
    // Links that are left would be waited for: they might still want to hear of their end.
    for (const name of this.#names.values())
      if (name !== 'S') await this.#ask('DELETE /realtime', [`authorization: Bearer holdfast.link.${name}`])
    await this.#stop()
  }

  /** Plays the text, and gives it with the answers that came. */
  async play(text: string): Promise<string> {
    const lines: string[] = []
    for (const step of steps(text)) {
      const below = step.is === 'S→C' ? await this.#hear(step) : (await this.#act(step), step.below)
      const words = step.is === 'S→C' ? this.#status(step) : step.words
      lines.push(`${step.is}${step.is === '·' ? ' ' : '  '}${words}`, ...below.map((line) => line && `     ${line}`))
    }
    return `${lines.join('\n').trimEnd()}\n`
  }

  async #act({ is, words, below }: Step): Promise<void> {
    if (is === 'C→S') return this.#ask(words, below)
    const [, body = '', ch = ''] = /^ben publishes (.+) to (\S+)$/.exec(words) ?? []
    const [, minutes] = /^(\d+) minutes pass$/.exec(words) ?? []
    if (ch) await this.#publish(body, ch)
    else if (minutes) this.#late += Number(minutes) * 60_000
    else throw new Error(`no such direction: ${words}`)
  }

  async #ask(words: string, below: readonly string[]): Promise<void> {
    const real = (said: string): string => said.replace(/\bL\d+\b|(?<="ticket":")S(?=")/g, (name) => this.#ticket(name))
    const [method = '', path = ''] = real(words).split(' ')
    const { headers, body } = split(below)
    const { port } = this.#http.address() as AddressInfo
    const shown = Object.fromEntries(headers.map(([name, value]) => [name, real(value)]))
    const asking = request({ host: '127.0.0.1', port, method, path, headers: shown, agent: false })
    asking.end(real(body))
    const [response] = (await once(asking, 'response')) as [IncomingMessage]
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    response.on('error', () => undefined)
    this.#answer = { response, text: () => text }
    if (/event-stream/.test(response.headers['content-type'] ?? '')) this.#stream = { ...this.#answer, read: 0 }
    else if (!response.readableEnded) await once(response, 'end')
  }

  async #publish(body: string, ch: string): Promise<void> {
    await this.#store.open({ client: 'ben', key: 'ben', user: 'ben', acked: this.#ben })
    const seq = ++this.#ben
    const draft = { ch, seq, after: seq - 1, id: `ben:${seq}`, from: 'ben', time: WALL, body }
    await this.#store.append({ client: 'ben', records: [draft] })
  }

  /** What stands below an answer: the headers that it names, as they are, and the body. */
  async #hear({ words, below }: Step): Promise<string[]> {
    const { headers, body } = split(below)
    const said = words.startsWith('the stream') ? [] : headers.map(([name]) => this.#header(name))
    const text = /stream/.test(words) ? await this.#more(body) : this.#plain(this.#answer?.text() ?? '')
    return [...said, ...(text ? ['', ...text.split('\n')] : [])]
  }

  #status({ words }: Step): string {
    return words.startsWith('the stream')
      ? words
      : words.replace(/^\d+/, String(this.#answer?.response.statusCode ?? 'none'))
  }

  #header(name: string): string {
    const value = this.#answer?.response.headers[name]
    return `${name}: ${String(value ?? 'none')}`
  }

  /** What came on the stream since it was last looked at: when it is what is expected, or nothing comes any more. */
  async #more(expected: string): Promise<string> {
    const stream = this.#stream
    if (!stream) return 'there is no stream'
    const fresh = (): string => this.#plain(stream.text().slice(stream.read)).replace(/\n*$/, '')
    for (let waited = 0; (!expected || fresh() !== expected) && waited < PATIENCE; waited += QUIET) {
      const before = stream.text().length
      await sleep(QUIET)
      if (stream.text().length === before && before > stream.read && waited > QUIET) break
    }
    const text = fresh()
    stream.read = stream.text().length
    return text
  }

  #plain(text: string): string {
    return text
      .replace(/(#?\{"ticket":|"ticket":)"([\w-]+\.[\w-]+)"/g, (_, before: string, ticket: string) => {
        return `${before}"${this.#nameOf(ticket, before.startsWith('#'))}"`
      })
      .replace(/"time":\d{13}/g, `"time":${WALL}`)
      .replace(/ {2048}/g, '(2,048 spaces)')
  }

  #nameOf(ticket: string, isLink: boolean): string {
    const links = [...this.#names.values()].filter((name) => name !== 'S').length
    const name = this.#names.get(ticket) ?? (isLink ? `L${links + 1}` : 'S')
    this.#names.set(ticket, name)
    return name
  }

  #ticket(name: string): string {
    return [...this.#names].reverse().find(([, known]) => known === name)?.[0] ?? name
  }
}
