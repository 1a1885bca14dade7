/** One call, and what waits for it. */
interface Job {
  work: () => unknown
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

/** Calls of one commit: between two, others have their turn. */
const MOST = 500

/**
 * Calls that share a commit: those of one turn of the event loop, and all that came while the one before was written.
 * They are carried out in the order made, and answered when they are on the disk.
 */
export class Commits {
  readonly #commit: (work: () => unknown) => unknown
  readonly #jobs: Job[] = []
  #planned: Promise<void> | undefined

  /** @param commit does all of the work, or throws and none of it is done. */
  constructor(commit: (work: () => unknown) => unknown) {
    this.#commit = commit
  }

  add<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#jobs.push({ work, resolve, reject })
      this.#plan()
    })
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#planned) await this.#planned
  }

  #plan(): void {
    this.#planned ??= new Promise((done) =>
      setImmediate(() => {
        this.#planned = undefined
        this.#write(this.#jobs.splice(0, MOST))
        if (this.#jobs.length) this.#plan()
        done()
      }),
    )
  }

  #write(jobs: readonly Job[]): void {
    try {
      this.#together(jobs)
    } catch (error) {
      // One of them may be to blame alone, and on a full disk what only reads goes on.
      if (jobs.length > 1) for (const job of jobs) this.#alone(job)
      else jobs[0]?.reject(error)
    }
  }

  #together(jobs: readonly Job[]): void {
    const results: unknown[] = []
    this.#commit(() => {
      for (const { work } of jobs) results.push(work())
    })
    for (const [at, { resolve }] of jobs.entries()) resolve(results[at] as never)
  }

  #alone(job: Job): void {
    try {
      this.#together([job])
    } catch (error) {
      job.reject(error)
    }
  }
}
