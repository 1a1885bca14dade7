import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest of each project, the longest first: begun last, it would run on alone while all other cores rest. */
const LONGEST = [
  ...['sim/sim', 'net/nodes', 'net/kill.stores', 'net/client', 'net/kill'],
  ...['boxes/fallback', 'boxes/idle', 'boxes/limits', 'redis/outage'],
  ...['browser/demo', 'browser/people', 'browser/session'],
]

/** All others come in the usual order, by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/${name}.test.ts`))
  return at < 0 ? LONGEST.length : at
}
