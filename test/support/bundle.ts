// A program of src/ or test/ as one file that Node runs: what a child process is started from.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

export interface Program {
  file: string
  remove(): void
}

/** A package with a binary stays where it is installed, which the bundle is not near to. */
const native: Plugin = {
  name: 'native',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^libsql$/ }, ({ path }) => ({
      path: pathToFileURL(createRequire(import.meta.url).resolve(path)).href,
      external: true,
    })),
}

export async function bundle(entry: string): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  const file = join(folder, 'program.cjs')
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'silent',
    plugins: [native],
    // What ws would take if it were there.
    external: ['bufferutil', 'utf-8-validate'],
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
