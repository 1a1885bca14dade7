// What docs/PROTOCOL.md shows of HTTP, asked of a real server.
import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Exchange } from './exchange.js'
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
