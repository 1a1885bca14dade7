// `npm run mutate [-- --mutate 'src/wire/**/*.ts']`: changes each expression of core and wire, one at a time, and runs
// the unit tests that reach it; `--testRunner vitest` does the same with vitest itself, a hundred times slower.
// docs/MUTATION.md has the last result.
export default {
  testRunner: 'in-process',
  plugins: ['./test/tools/stryker.runner.mjs', '@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/tools/stryker.vitest.config.mjs' },
  mutate: ['src/core/**/*.ts', 'src/wire/**/*.ts'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'tmp/stryker/incremental.json',
  tempDirName: 'tmp/stryker/sandbox',
  jsonReporter: { fileName: 'tmp/stryker/mutation.json' },
  reporters: ['json', 'clear-text', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false, reportMutants: false },
  // Texts are for people: which one is said is no rule.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'docs', 'tmp', 'coverage', 'test/bench', 'test/browser'],
  concurrency: 2,
  timeoutMS: 5_000,
  disableTypeChecks: false,
}
