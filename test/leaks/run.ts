// All rungs, one after the other; the findings go to docs/LEAKS.md.
import { writeFileSync } from 'node:fs'
import { type RungName, rungs } from '../browser/support/chat.js'
import { launch } from '../browser/support/chrome.js'
import { type Findings, write } from './document.js'
import { inNode } from './node.js'
import { inChromium } from './page.js'
import type { Work } from './words.js'

/** `--quick` for a look: nothing is written then. */
const quick = process.argv.includes('--quick')
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))

/** What each can do in a quarter of an hour: over HTTP a message costs a request. */
function workOf(rung: RungName): { work: Work; pageWork: Work } {
  const [reconnects, messages, inPage] =
    rung === 'websocket'
      ? [10_000, 1_000_000, 2_000]
      : rung === 'short-poll'
        ? [1_000, 20_000, 200]
        : [2_000, 100_000, 500]
  const part = quick ? 20 : 1
  return {
    work: { rung, reconnects: reconnects / part, messages: messages / part },
    pageWork: { rung, reconnects: inPage / part, messages: messages / 10 / part },
  }
}

const browser = await launch()
const chromium = browser.version()
await browser.close()
const findings: Findings[] = []
for (const rung of rungs) {
  if (wanted.length && !wanted.includes(rung)) continue
  const { work, pageWork } = workOf(rung)
  console.log(`${rung}: ${JSON.stringify(work)} in Node`)
  const node = await inNode(work)
  console.log(`${rung}: ${JSON.stringify(pageWork)} in Chromium`)
  findings.push({ work, node, pageWork, page: await inChromium(pageWork) })
  const text = await write(findings, new Date(), chromium)
  console.log(`\n${text}`)
  if (!quick && !wanted.length) writeFileSync('docs/LEAKS.md', text)
}
process.exit()
