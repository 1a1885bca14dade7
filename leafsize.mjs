import { gzipSync } from 'node:zlib'
import { rollup } from 'rollup'
import { browserPlugins, minify } from '/tmp/w/leaves/test/tools/bundle.mjs'
const w = async (names, from='src/index.ts') => {
  const b = await rollup({ input: 'entry', plugins: [{ name:'e', resolveId: (id)=> id==='entry' ? '\0entry':null, load: (id)=> id==='\0entry' ? `export { ${names} } from ${JSON.stringify(process.cwd()+'/'+from)}`:null }, ...browserPlugins()] })
  const { output } = await b.generate({ format:'es', plugins:[minify({module:true})] })
  return [output[0].code, gzipSync(output[0].code,{level:9}).length]
}
const [code, base] = await w('webSocket')
for (const n of ['webSocket','webSocket, sse','webSocket, longPoll','webSocket, shortPoll','webSocket, sse, longPoll, shortPoll','createClient','createClient, sse, longPoll, shortPoll']) { const [c,g]=await w(n); console.log(n.padEnd(50), c.length, g, g-base); if (process.argv[2]===n) console.log(c) }
console.log(/long-poll|event-stream/.test(code) ? 'LEAKS':'webSocket alone is clean')
