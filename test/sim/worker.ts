import { parentPort, workerData } from 'node:worker_threads'
import type { Job } from './crew.js'
import { simulate } from './simulate.js'
import { count, nothing, type Total } from './total.js'

/** A worker of `crew.ts`: worlds come in batches, and what came of each batch goes back. */
export function serve(): void {
  const { first } = workerData as { first: boolean }
  // Nobody reads where an error was made, and errors are made often. A world that breaks is run again for its report.
  Error.stackTraceLimit = 0
  parentPort?.on('message', (batch: readonly Job[]) => {
    void all(batch, first).then((total) => parentPort?.postMessage(total))
  })
}

async function all(batch: readonly Job[], first: boolean): Promise<Total> {
  const total = nothing()
  for (const { seed, alone } of batch) {
    count(total, await simulate(seed, 0, alone))
    if (first && total.broken.length) break
  }
  return total
}
