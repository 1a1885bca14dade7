import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

interface Options {
  /** Files of one project at the same time; off where tests share ports, CPU time or a browser. */
  fileParallelism?: boolean
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

const project = (name: string, include: string[], options: Options & { exclude?: string[] } = {}) => ({
  test: { name, environment: 'node' as const, include, ...options },
})

/** Projects left out, for what they need is not on this machine; `npm test` says so. */
const without = (process.env.WITHOUT ?? '').split(',')

const net = ['net', 'transports', 'server', 'security'].map(tests)

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    projects: [
      // Whatever no other project claims, so that no test file can be left out by its folder's name.
      project('unit', [tests('**')], {
        testTimeout: 20_000,
        // The peers' packages bring tests of their own.
        exclude: [...net, ...['socket', 'sim', 'redis', 'boxes', 'browser'].map(tests), '**/node_modules/**'],
      }),
      project('socket', [tests('socket')]),
      project('sim', [tests('sim')], { testTimeout: 60_000 }),
      project('net', net, {
        fileParallelism: false,
        testTimeout: 20_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 1 },
      }),
      // redis-server, started by the tests.
      project('redis', [tests('redis')], {
        fileParallelism: false,
        testTimeout: 30_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 2 },
        globalSetup: ['test/tools/redis-setup.mjs'],
      }),
      // nginx and haproxy, started by the tests: much waiting, little work, so some at the same time.
      project('boxes', [tests('boxes')], {
        fileParallelism: false,
        maxConcurrency: 8,
        testTimeout: 90_000,
        hookTimeout: 20_000,
        sequence: { groupOrder: 3 },
        globalSetup: ['test/tools/boxes-setup.mjs'],
      }),
      project('browser', [tests('browser')], {
        fileParallelism: false,
        testTimeout: 90_000,
        hookTimeout: 60_000,
        sequence: { groupOrder: 4 },
        globalSetup: ['test/tools/browser-setup.mjs'],
      }),
    ].filter(({ test: { name } }) => !without.includes(name)),
  },
})
