import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { play } from './dialogue.js'
import { blocks, read } from './markdown.js'

const path = 'docs/PROTOCOL.md'
const dialogues = blocks(read(path)).filter(({ kind }) => kind === 'dialogue')

/** `UPDATE_DOCS=1` writes the dialogues anew from their directions. */
const update = process.env['UPDATE_DOCS'] === '1'

describe('the dialogues of PROTOCOL.md are what client and server say', () => {
  it('are there', () => expect(dialogues.length).toBeGreaterThanOrEqual(17))
  it.each(dialogues)('$heading', ({ text }) => {
    const played = `${play(text)}\n`
    if (update)
      writeFileSync(
        path,
        read(path).replace(text, () => played),
      )
    else expect(text).toBe(played)
  })
})
