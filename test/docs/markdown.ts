import { readFileSync } from 'node:fs'

export interface Block {
  /** The language after the fence. */
  kind: string
  /** The headings above it. */
  heading: string
  text: string
}

export const read = (path: string): string => readFileSync(path, 'utf8')

/** The fenced blocks of a document, with the nearest heading above each. */
export function blocks(markdown: string): Block[] {
  const found: Block[] = []
  let heading = ''
  let open: Block | undefined
  for (const line of markdown.split('\n')) {
    const fence = /^```(\w*)$/.exec(line)
    if (open) {
      if (fence) open = undefined
      else open.text += `${line}\n`
    } else if (fence) found.push((open = { kind: fence[1] ?? '', heading, text: '' }))
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
  }
  return found
}

/** The rows of the tables whose first column is `head`: cells without backticks. */
export function rows(markdown: string, head: string): string[][] {
  const lines = markdown.split('\n')
  const cells = (line: string): string[] =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.replaceAll('`', '').trim())
  return lines.flatMap((line, at) => {
    if (!line.startsWith('|') || cells(line)[0] !== head || !lines[at + 1]?.startsWith('| -')) return []
    const end = lines.findIndex((other, index) => index > at && !other.startsWith('|'))
    return lines.slice(at + 2, end < 0 ? undefined : end).map(cells)
  })
}
