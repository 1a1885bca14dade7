// A test runner for Stryker: all tests in one process, in one bundle, of which a mutant runs only those that reach it,
// quick ones first. With Stryker's own runner for vitest a mutant takes a second, with this one some milliseconds.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core'
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { collect } from './stryker.vitest.mjs'

const FOLDERS = ['test/core', 'test/wire']
const vitest = new URL('stryker.vitest.mjs', import.meta.url).href
const external = {
  name: 'vitest',
  setup: ({ onResolve }) => onResolve({ filter: /^vitest$/ }, () => ({ path: vitest, external: true })),
}
/** Ms that this process has worked: on a busy machine it may have waited for much longer. */
const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
/** Where the mutated source reads which mutant is on, and notes who reaches which. */
const space = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {})

class Runner {
  #bundle = ''
  #loads = 0
  /** A mutant may have left something behind. */
  #dirty = true
  /** By their ids. */
  #tests = new Map()
  /** Ms, by id; of one that has just noticed a mutant, which may well notice the next, less than nothing. */
  #costs = new Map()

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    const files = FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
    const tests = files.filter((name) => name.endsWith('.test.ts'))
    this.#bundle = join(process.cwd(), `.mutants-${process.pid}.mjs`)
    await build({
      stdin: {
        contents: `export const files = {${tests.map((name) => `'${name}': () => import('./${name}')`).join()}}`,
        resolveDir: process.cwd(),
      },
      outfile: this.#bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      plugins: [external],
      logLevel: 'error',
    })
  }

  async dryRun() {
    space.activeMutant = undefined
    await this.#load()
    const tests = []
    for (const test of this.#tests.values()) {
      space.currentTestId = test.id
      tests.push(await this.#run(test))
      space.currentTestId = undefined
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: space.mutantCoverage }
  }

  async mutantRun({ testFilter, hitLimit, activeMutant, mutantActivation }) {
    const isStatic = mutantActivation === 'static'
    if (this.#dirty || isStatic) {
      space.activeMutant = isStatic ? activeMutant.id : undefined
      try {
        await this.#load()
      } catch (error) {
        return {
          status: MutantRunStatus.Killed,
          killedBy: testFilter?.slice(0, 1) ?? [],
          failureMessage: String(error),
          nrOfTests: 1,
        }
      }
      this.#dirty = isStatic
    }
    const failed = await this.#judge(activeMutant.id, hitLimit, testFilter)
    const result = determineHitLimitReached(space.hitCount, hitLimit) ?? {
      status: DryRunStatus.Complete,
      tests: failed,
    }
    if (!failed.length || isStatic) return toMutantRunResult(result)
    // Without the mutant the test has to pass still: otherwise an earlier one has left something behind.
    space.activeMutant = undefined
    const again = await this.#run(this.#tests.get(failed[0].id))
    if (again.status === TestStatus.Success) return toMutantRunResult(result)
    await this.#load()
    return toMutantRunResult({
      status: DryRunStatus.Complete,
      tests: await this.#judge(activeMutant.id, hitLimit, testFilter),
    })
  }

  dispose() {
    rmSync(this.#bundle, { force: true })
  }

  /** The first test that notices the mutant. */
  async #judge(mutant, hitLimit, ids = [...this.#tests.keys()]) {
    Object.assign(space, { activeMutant: mutant, hitLimit, hitCount: 0 })
    const cost = (id) => this.#costs.get(id) ?? 0
    for (const id of [...ids].sort((one, other) => cost(one) - cost(other))) {
      const test = this.#tests.get(id)
      const result = test && (await this.#run(test))
      if (result?.status !== TestStatus.Failed) continue
      this.#costs.set(id, -cpu())
      return [result]
    }
    return []
  }

  async #load() {
    this.#tests.clear()
    const { files } = await import(`${pathToFileURL(this.#bundle).href}?${++this.#loads}`)
    for (const [name, load] of Object.entries(files)) {
      collect(name, this.#tests)
      await load()
    }
    this.#dirty = false
  }

  async #run({ id, name, fileName, all }) {
    const begun = cpu()
    let failureMessage
    try {
      await all()
    } catch (error) {
      failureMessage = String(error)
    }
    const timeSpentMs = cpu() - begun
    if (failureMessage === undefined) this.#costs.set(id, timeSpentMs)
    return {
      ...{ id, name, fileName, timeSpentMs },
      ...(failureMessage === undefined
        ? { status: TestStatus.Success }
        : { status: TestStatus.Failed, failureMessage }),
    }
  }
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', () => new Runner())]
