// The simulator as one file that Node runs, where wanted with a text of src/ changed: nothing is written to src/.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { bundleForNode } from './node-bundle.mjs'

/**
 * @param {string} outfile
 * @param {{ file: string, find: string, replace: string }[]} edits each `find` occurs exactly once in its file
 */
export async function bundleSim(outfile, edits = []) {
  const changed = new Map()
  for (const { file, find, replace } of edits) {
    const source = changed.get(resolve(file)) ?? readFileSync(file, 'utf8')
    if (source.split(find).length !== 2) throw new Error(`does not occur exactly once in ${file}: ${find}`)
    changed.set(
      resolve(file),
      source.replace(find, () => replace),
    )
  }
  const mutate = {
    name: 'mutate',
    setup: (one) =>
      one.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        changed.has(path) ? { contents: changed.get(path), loader: 'ts' } : undefined,
      ),
  }
  await bundleForNode('test/sim/cli.ts', outfile, { sourcemap: 'inline', logLevel: 'error', plugins: [mutate] })
}
