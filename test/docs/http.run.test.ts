// What docs/PROTOCOL.md shows of HTTP, asked of a real server.
import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient, longPoll, shortPoll, sse, type Transport } from '../../src/index.js'
import { Exchange, steps } from './exchange.js'
import { blocks, read } from './markdown.js'

const path = 'docs/PROTOCOL.md'
const exchanges = blocks(read(path)).filter(({ kind }) => kind === 'exchange')

/** `UPDATE_DOCS=1` writes the answers anew. */
const update = process.env['UPDATE_DOCS'] === '1'

const closers: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers.splice(0).reverse()) await close()
})

describe('the exchanges of PROTOCOL.md are what a server answers', () => {
  it('are there', () => expect(exchanges.length).toBeGreaterThanOrEqual(10))

  it.each(exchanges)('$heading', { timeout: 20_000 }, async ({ text }) => {
    const exchange = await Exchange.start()
    closers.push(() => exchange.stop())
    const now = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => now() + exchange.late)
    const played = await exchange.play(text)
    if (update)
      writeFileSync(
        path,
        read(path).replace(text, () => played),
      )
    else expect(played).toBe(text)
  })
})

/** Method, path and what is said of the link, without the counts. */
const asked = (method: string, path: string, said = ''): string =>
  `${method} ${path} ${said.replace(/(since|post)=\d+/g, '$1=n')}`

describe('the reference client asks as PROTOCOL.md shows', () => {
  const shown = (heading: string, at: number): string[] => {
    const block = exchanges.filter((one) => one.heading.startsWith(heading))[at]
    const requests = steps(block?.text ?? '').filter(({ is }) => is === 'C→S')
    return requests.map(({ words, below }) => {
      const [method = '', path = ''] = words.split(' ')
      return asked(method, path, below.find((line) => line.startsWith('holdfast: '))?.slice(10))
    })
  }

  it.each<[string, Transport, string[]]>([
    ['long-poll', longPoll(), shown('16.', 0)],
    ['short-poll', shortPoll(), shown('16.', 1)],
    ['sse', sse(), shown('17.', 0)],
  ])('over %s', { timeout: 20_000 }, async (_, transport, requests) => {
    const exchange = await Exchange.start()
    closers.push(() => exchange.stop())
    const got = new Set<string>()
    const { host } = exchange
    exchange.onRequest(({ method = '', url = '', headers }) => got.add(asked(method, url, String(headers['holdfast']))))
    const client = createClient({ url: `http://${host}/realtime`, token: 'ada', transports: [transport] })
    closers.push(() => client.close())
    client.channel('room').on('message', () => undefined)
    await client.channel('room').send('hi').accepted
    const last = requests.filter((request) => request.includes('close='))
    await vi.waitFor(() => expect([...got, ...last]).toEqual(expect.arrayContaining(requests)), 5_000)
    client.close()
    await vi.waitFor(() => expect([...got]).toEqual(expect.arrayContaining(requests)), 5_000)
  })
})
