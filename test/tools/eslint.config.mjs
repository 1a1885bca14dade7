// Run as `eslint -c test/tools/eslint.config.mjs`, so that no config stands at the top of the repository.
import tseslint from 'typescript-eslint'

const handedIn = 'The core is handed its time, dice and I/O as inputs (see src/core/port.ts).'
const outside = [
  ...['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
  ...['queueMicrotask', 'requestAnimationFrame', 'crypto', 'console', 'process', 'globalThis', 'self', 'window'],
  ...['document', 'navigator', 'location', 'localStorage', 'fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
]

export default tseslint.config(
  { ignores: ['**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } },
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 45, skipBlankLines: true, skipComments: true, IIFEs: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers read well in messages, and `void` in arrow bodies is how callbacks are passed on.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/core/**/*.ts', 'src/wire/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...outside.map((name) => ({ name, message: handedIn }))],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: handedIn }],
    },
  },
  // The command line talks to a person.
  { files: ['src/server/cli.ts'], rules: { 'no-console': 'off' } },
  {
    // Tests are linted without types: it halves the time, and `npm run types` reads them all the same.
    files: ['test/**/*.ts', 'rollup.config.ts'],
    extends: [tseslint.configs.strict],
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // One `.only` would leave the rest of its file unrun.
      'no-restricted-syntax': [
        'error',
        { selector: 'MemberExpression[property.name="only"]', message: 'Remove .only before committing.' },
      ],
    },
  },
)
