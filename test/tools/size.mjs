// `npm run size`: what a page pays, minified and gzipped, when it imports one thing; over budget is an error.
import { gzipSync } from 'node:zlib'
import { rollup } from 'rollup'
import { browserPlugins, minify } from './bundle.mjs'

const budgets = [
  { name: 'ResilientWebSocket', from: 'src/socket.ts', budget: 2600 },
  { name: 'createClient', from: 'src/index.ts', budget: 6000 },
]

// Weighed by this same recipe in November 2026, each from its package's ES modules.
const peers = [
  { name: 'reconnecting-websocket 4.4.0', gzip: 2534 },
  { name: 'partysocket 1.3.0 (ws)', gzip: 2684 },
  { name: 'engine.io-client 6.6.8', gzip: 7743 },
  { name: 'socket.io-client 4.8.4', gzip: 12710 },
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

const row = (name, raw, gzip, budget, note = '') =>
  console.log(
    `${name.padEnd(34)}${String(raw).padStart(9)}${String(gzip).padStart(9)}${String(budget).padStart(9)}  ${note}`,
  )

row('bytes', 'minified', 'gzip -9', 'budget')
const weighed = []
for (const item of budgets) weighed.push(await weigh(item))
for (const { name, raw, gzip, budget } of weighed) row(name, raw, gzip, budget, gzip > budget ? 'OVER BUDGET' : 'ok')
for (const { name, gzip } of peers) row(name, '', gzip, '')

if (weighed.some(({ gzip, budget }) => gzip > budget)) process.exitCode = 1
