// The tests of core and wire alone: what a mutant of theirs is judged by.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/core/**/*.test.ts', 'test/wire/**/*.test.ts'], testTimeout: 20_000, isolate: false },
})
