import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tools/longest-first.js'

interface Options {
  /** Files at the same time; one number for all projects of a group. */
  maxWorkers: number
  /** Ms. */
  testTimeout?: number
  hookTimeout?: number
  /** Tests of a file that say so themselves (`it.concurrent`), at the same time. */
  maxConcurrency?: number
  globalSetup?: string[]
  /** Projects of one group run together; the groups, one after the other: real time needs a quiet machine. */
  sequence?: { groupOrder: number }
}

const tests = (folder: string) => `test/${folder}/**/*.test.ts`

const project = (name: string, include: string[], options: Options & { exclude?: string[] }) => ({
  test: { name, environment: 'node' as const, include, ...options },
})

/** Projects left out, for what they need is not on this machine; `npm test` says so. */
const without = (process.env.WITHOUT ?? '').split(',')

/** For what takes CPU time: all cores, of which Vitest would leave one. */
const busy = { maxWorkers: availableParallelism() }

/** For what waits for a real network and a real clock, and works a little. No two files share a port, a folder or a browser. */
const waiting = { maxWorkers: 2 }

/** For what waits for the time-outs of other programs, and hardly works. */
const resting = { maxWorkers: 3 }

const net = ['net', 'transports', 'server', 'security'].map(tests)

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    sequence: { sequencer: LongestFirst },
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    projects: [
      // Whatever no other project claims, so that no test file can be left out by its folder's name.
      project('unit', [tests('**')], {
        ...busy,
        testTimeout: 20_000,
        // The peers' packages bring tests of their own.
        exclude: [...net, ...['socket', 'sim', 'redis', 'boxes', 'browser'].map(tests), '**/node_modules/**'],
      }),
      project('socket', [tests('socket')], busy),
      project('sim', [tests('sim')], { ...busy, testTimeout: 60_000 }),
      project('net', net, {
        ...waiting,
        testTimeout: 20_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 1 },
      }),
      // redis-server, started by the tests.
      project('redis', [tests('redis')], {
        ...resting,
        testTimeout: 30_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 2 },
        globalSetup: ['test/tools/redis-setup.mjs'],
      }),
      // nginx and haproxy, started by the tests: much waiting, little work, so some tests of a file at the same time.
      project('boxes', [tests('boxes')], {
        ...resting,
        maxConcurrency: 8,
        testTimeout: 90_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 2 },
        globalSetup: ['test/tools/boxes-setup.mjs'],
      }),
      project('browser', [tests('browser')], {
        ...waiting,
        testTimeout: 90_000,
        hookTimeout: 60_000,
        sequence: { groupOrder: 3 },
        globalSetup: ['test/tools/browser-setup.mjs'],
      }),
    ].filter(({ test: { name } }) => !without.includes(name)),
  },
})
