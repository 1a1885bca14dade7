import type { Outcome } from './simulate.js'
import type { Breach, Total } from './total.js'

/** The last events, the broken invariant, and the way to see it again. @param lines of the trace, 0 for none. */
export function report({ seed, alone, broken, trace }: Outcome, lines: number): string {
  if (!broken) return `seed ${seed}: all is well`
  return [
    ...(lines ? [trace(lines)] : []),
    `seed ${seed} breaks ${broken.invariant} at ${broken.at.toFixed(1)} ms: ${broken.why}`,
    `npm run sim -- --seed ${seed}${alone ? ' --alone' : ''} --trace`,
  ].join('\n')
}

/** What many worlds came to. */
export const inWords = {
  breach: ({ seed, alone }: Breach): string => `${seed}${alone ? ' alone' : ''}`,

  /** @param ms so far. */
  progress({ seeds, broken }: Total, of: number, ms: number): string {
    const rate = (seeds * 1_000) / ms
    return `${seeds} of ${of} seeds, ${broken.length} broken, ${rate.toFixed(1)}/s, ${((of - seeds) / rate).toFixed(0)} s to go`
  },

  /** @param wall and cpu: ms. */
  total(
    { seeds, broken, time, events, messages, slowest }: Total,
    from: number,
    { wall, cpu }: Record<'wall' | 'cpu', number>,
  ): string {
    return (
      `${seeds} seeds from ${from}: ${broken.length} broken; ${(time / 3_600_000).toFixed(1)} virtual hours, ` +
      `${events} events, ${messages} messages in ${(wall / 1_000).toFixed(1)} s ` +
      `(${((seeds * 1_000) / cpu).toFixed(1)} seeds per second of one core); ` +
      `slowest recovery took ${(slowest * 100).toFixed(0)} % of its bound`
    )
  },
}
