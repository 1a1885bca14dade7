import type { Outcome } from './simulate.js'

/** The last events, the broken invariant, and the way to see it again. @param lines of the trace, 0 for none. */
export function report({ seed, alone, broken, trace }: Outcome, lines: number): string {
  if (!broken) return `seed ${seed}: all is well`
  return [
    ...(lines ? [trace(lines)] : []),
    `seed ${seed} breaks ${broken.invariant} at ${broken.at.toFixed(1)} ms: ${broken.why}`,
    `npm run sim -- --seed ${seed}${alone ? ' --alone' : ''} --trace`,
  ].join('\n')
}
