// Builds dist/: ESM + CommonJS + both kinds of declarations for Node and bundlers, and one UMD file for a script tag.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import type { OutputOptions, RollupOptions } from 'rollup'
import dts from 'rollup-plugin-dts'
import { browserPlugins, minify, typescript } from './test/tools/bundle.mjs'

const pkg = JSON.parse(readFileSync('package.json', 'utf8')) as Record<'dependencies' | 'optionalDependencies', object>
// `npm test` builds into a folder elsewhere (DIST) and compares it with the committed one.
const out = process.env.DIST ?? 'dist'
rmSync(out, { recursive: true, force: true })

const external = [/^node:/, ...Object.keys(pkg.dependencies), ...Object.keys(pkg.optionalDependencies)]
const library = {
  index: 'src/index.ts',
  socket: 'src/socket.ts',
  server: 'src/server/index.ts',
  testing: 'src/testing/index.ts',
}

/** Names carry no hash: a rebuild of the same source must give the same files, and a diff of dist/ must stay readable. */
const split = (extension: string): OutputOptions => ({
  dir: out,
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `shared/[name].${extension}`,
})

const sourcemaps: OutputOptions = {
  sourcemap: true,
  // Written as seen from dist/, wherever the build goes, or the comparison would find every map different.
  sourcemapPathTransform: (source, map) =>
    relative(resolve('dist', relative(out, dirname(map))), resolve(dirname(map), source)).replaceAll('\\', '/'),
}

const umd = (name: string, plugins: OutputOptions['plugins'] = []): OutputOptions => ({
  file: `${out}/${name}`,
  format: 'umd',
  name: 'Holdfast',
  exports: 'named',
  plugins,
  ...sourcemaps,
})

const code = { external, plugins: [nodeResolve(), typescript()] }

export default [
  { ...code, input: { ...library, cli: 'src/server/cli.ts' }, output: { ...split('js'), ...sourcemaps, format: 'es' } },
  { ...code, input: library, output: { ...split('cjs'), ...sourcemaps, format: 'cjs', exports: 'named' } },
  {
    input: 'src/umd.ts',
    plugins: browserPlugins(),
    output: [umd('holdfast.umd.js'), umd('holdfast.umd.min.js', [minify()])],
  },
  {
    input: library,
    external,
    // The one tsconfig that knows both the DOM and Node.
    plugins: [dts({ tsconfig: 'test/tsconfig.json' })],
    output: [
      { ...split('d.ts'), format: 'es' },
      { ...split('d.cts'), format: 'es' },
    ],
  },
] satisfies RollupOptions[]
