// A program of src/ or test/ as one file that Node runs: what a child process is started from.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

export interface Program {
  file: string
  remove(): void
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
    // What ws would take if it were there.
    external: ['bufferutil', 'utf-8-validate'],
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
