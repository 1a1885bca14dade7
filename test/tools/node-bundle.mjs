// A program of TypeScript as one file that Node runs: what every tool that has one starts from.
import { build } from 'esbuild'

/** Packages stay packages, for a file beside them: below node_modules/.cache. */
export const besidePackages = { packages: 'external', tsconfig: 'test/tsconfig.json', logLevel: 'warning' }

/**
 * @param {string} entry
 * @param {string} outfile
 * @param {import('esbuild').BuildOptions} more
 */
export const bundleForNode = (entry, outfile, more) =>
  build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', ...more })
