import { Worker } from 'node:worker_threads'
import { merge, nothing, type Total } from './total.js'

export interface Job {
  seed: number
  alone?: boolean | undefined
}

export interface CrewOptions {
  /** The program that each worker runs: this one. */
  program: URL
  jobs: number
  /** No more is begun after the first world that breaks. */
  first: boolean
  /** After each batch. */
  progress: (total: Total) => void
}

/** Seeds handed out at once: some seconds of work. */
const BATCH = 50
/** MiB of young memory for each worker: worlds are short-lived, and clearing up after them is a tenth of the work. */
const YOUNG = 64

/** All these worlds, on several cores, or those done before an interrupt. A worker that dies is a breach of its batch. */
export async function run(list: readonly Job[], { program, jobs, first, progress }: CrewOptions): Promise<Total> {
  const size = Math.max(1, Math.min(BATCH, Math.ceil(list.length / jobs)))
  const batches = Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  )
  let total = nothing()
  const next = (): readonly Job[] | undefined => (first && total.broken.length ? undefined : batches.shift())
  const done = (part: Total): void => {
    total = merge(total, part)
    progress(total)
  }
  // Who interrupts a long run gets what it has found so far.
  process.once('SIGINT', () => batches.splice(0))
  await Promise.all(Array.from({ length: jobs }, () => work(program, first, next, done)))
  return total
}

function work(
  program: URL,
  first: boolean,
  next: () => readonly Job[] | undefined,
  done: (part: Total) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(program, { workerData: { first }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })
    let batch: readonly Job[] | undefined
    const hand = (): void => {
      batch = next()
      if (batch) worker.postMessage(batch)
      else void worker.terminate().then(() => resolve())
    }
    worker.on('message', (part: Total) => {
      done(part)
      hand()
    })
    worker.on('error', (error) => {
      const [from, to] = [batch?.at(0)?.seed ?? 0, batch?.at(-1)?.seed ?? 0]
      console.error(`a worker died between seeds ${from} and ${to}:`, error)
      done({ ...nothing(), broken: [{ seed: from, alone: false, invariant: `a worker died from this seed on` }] })
      work(program, first, next, done).then(resolve, resolve)
    })
    hand()
  })
}
