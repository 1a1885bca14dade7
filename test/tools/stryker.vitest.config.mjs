// The tests of core and wire alone: what a mutant of theirs is judged by.
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** What noticed the last mutant comes first, then what is quick: the first test that fails is enough. */
class QuickFirst extends BaseSequencer {
  async sort(specs) {
    const key = ({ project, moduleId }) => `${project.name}:${relative(this.ctx.config.root, moduleId)}`
    const cost = (spec) => {
      const { failed = false, duration = 0 } = this.ctx.cache.getFileTestResults(key(spec)) ?? {}
      return failed ? -1 : duration
    }
    return [...specs].sort((one, other) => cost(one) - cost(other))
  }
}

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts', 'test/wire/**/*.test.ts'],
    testTimeout: 20_000,
    // One worker for all files of a run: most of a mutant's time was their start.
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
})
