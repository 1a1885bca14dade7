// `npm run size`: what a page pays, minified and gzipped, when it imports one thing; over its limit is an error.
import { gzipSync } from 'node:zlib'
import { rollup } from 'rollup'
import { browserPlugins, minify } from './bundle.mjs'

/** `target` is where it is to be; `limit` is where it is, and fails the run: no change may make it heavier unnoticed. */
const budgets = [
  { name: 'ResilientWebSocket', from: 'src/socket.ts', target: 2600, limit: 5395 },
  { name: 'Client, webSocket', from: 'src/index.ts', target: 6000, limit: 18475 },
  { name: 'createClient', from: 'src/index.ts', target: 7500, limit: 20720 },
]

/** What all four transports add to one that has WebSocket alone. */
const rungs = { name: 'three more transports', target: 1500, limit: 2280 }

// Weighed by this same recipe in November 2026, each from its package's ES modules.
const peers = [
  { name: 'reconnecting-websocket 4.4.0', gzip: 2534 },
  { name: 'partysocket 1.3.0 (ws)', gzip: 2682 },
  { name: 'engine.io-client 6.6.8', gzip: 7707 },
  { name: 'socket.io-client 4.8.4', gzip: 12664 },
]

/** Only what the entry needs is kept: the rest of the module must fall to tree-shaking. */
const entry = ({ name, from }) => ({
  name: 'entry',
  resolveId: (id) => (id === 'entry' ? '\0entry' : null),
  load: (id) => (id === '\0entry' ? `export { ${name} } from ${JSON.stringify(`${process.cwd()}/${from}`)}` : null),
})

async function weigh(item) {
  const bundle = await rollup({ input: 'entry', plugins: [entry(item), ...browserPlugins()] })
  const { output } = await bundle.generate({ format: 'es', plugins: [minify({ module: true })] })
  await bundle.close()
  return { ...item, raw: Buffer.byteLength(output[0].code), gzip: gzipSync(output[0].code, { level: 9 }).length }
}

const row = (name, raw, gzip, target, limit, note = '') =>
  console.log(
    name.padEnd(34) +
      [raw, gzip, target, limit].map((cell) => String(cell).padStart(10)).join('') +
      `  ${note}`.trimEnd(),
  )

const verdict = ({ gzip, target, limit }) =>
  gzip > limit ? 'OVER ITS LIMIT' : gzip > target ? `${gzip - target} bytes over its target` : 'ok'

row('bytes', 'minified', 'gzip -9', 'target', 'limit')
const weighed = []
for (const item of budgets) weighed.push(await weigh(item))
const [, alone, all] = weighed
weighed.push({ ...rungs, raw: all.raw - alone.raw, gzip: all.gzip - alone.gzip })
for (const item of weighed) row(item.name, item.raw, item.gzip, item.target, item.limit, verdict(item))
for (const { name, gzip } of peers) row(name, '', gzip, '', '')

if (weighed.some(({ gzip, limit }) => gzip > limit)) process.exitCode = 1
