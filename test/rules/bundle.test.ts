import { rollup } from 'rollup'
import esbuild from 'rollup-plugin-esbuild'
import { expect, it } from 'vitest'

/** The files of src/ that a bundle has, when an app imports these names. */
async function filesFor(names: string): Promise<string[]> {
  const entry = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? '\0entry' : null),
    load: (id: string) => (id === '\0entry' ? `export { ${names} } from '${process.cwd()}/src/index.ts'` : null),
  }
  const plugins = [entry, esbuild({ target: 'es2022', tsconfig: 'src/tsconfig.json' })]
  const bundle = await rollup({ input: 'entry', plugins })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return Object.entries(output[0].modules).flatMap(([id, { code }]) => (code ? [id.replace(/^.*\/src\//, '')] : []))
}

const leavesOf = (files: string[]): string[] => files.filter((file) => file.startsWith('transports/')).sort()

it('who imports WebSocket alone has no other transport in the bundle', async () => {
  const files = await filesFor('Client, webSocket')
  expect(files).toContain('core/client.ts')
  expect(leavesOf(files)).toEqual(['transports/answer.ts', 'transports/base64.ts', 'transports/websocket.ts'])
})

it('createClient brings all four', async () => {
  const leaves = leavesOf(await filesFor('createClient'))
  expect(leaves).toEqual(expect.arrayContaining(['poll', 'sse', 'websocket'].map((name) => `transports/${name}.ts`)))
})
