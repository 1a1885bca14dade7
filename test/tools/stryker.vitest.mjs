// What the tests of core and wire use of vitest, for test/tools/stryker.runner.mjs: it runs them many thousand times in
// one process, where vitest itself would need most of the time for its own start.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect'
import * as chai from 'chai'

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)
export const expect = (value, message) => chai.expect(value, message)
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT])
globalThis[GLOBAL_EXPECT] = expect
setState({ assertionCalls: 0 }, expect)

/** The tests found since `collect`, by their ids. */
let found = new Map()
let file = ''
let suite = { path: [], before: [], after: [] }

/** Begins anew, with the tests of this file. */
export function collect(name, into) {
  file = name
  found = into
  suite = { path: [], before: [], after: [] }
}

function each(one) {
  return (cases) =>
    (name, ...rest) => {
      const run = rest.find((part) => typeof part === 'function')
      const isTable = cases.every(Array.isArray)
      for (const [at, given] of cases.entries()) one(`${name} [${at}]`, () => (isTable ? run(...given) : run(given)))
    }
}

export function describe(name, ...rest) {
  const outer = suite
  suite = { path: [...outer.path, name], before: [...outer.before], after: [...outer.after] }
  rest.find((part) => typeof part === 'function')()
  suite = outer
}
describe.each = each(describe)

export function it(name, ...rest) {
  const run = rest.find((part) => typeof part === 'function')
  const path = [...suite.path, name].join(' › ')
  let id = `${file}#${path}`
  while (found.has(id)) id += ' again'
  const { before, after } = suite
  const all = async () => {
    for (const hook of before) await hook()
    try {
      await run()
    } finally {
      for (const hook of after) await hook()
    }
  }
  found.set(id, { id, name: path, fileName: file, all })
}
it.each = each(it)

export const beforeEach = (hook) => void suite.before.push(hook)
export const afterEach = (hook) => void suite.after.unshift(hook)
