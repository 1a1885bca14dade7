/** The only clock and dice. Each part can be replaced, so that a test decides time, chance and names. */
export interface Env {
  /** ms, never going back; it goes on while the machine sleeps. */
  now: () => number
  /** Calls back once after `ms`; returns the cancel. */
  timer: (callback: () => void, ms: number) => () => void
  /** A number in [0, 1). */
  random: () => number
  /** A new name that nobody can guess: 128 bits in hex. */
  id: () => string
  /** Runs after the code now running, before any timer: frames queued in one task leave together. */
  defer: (callback: () => void) => void
}

/** `setTimeout` takes 31 bits. */
const MAX_TIMER = 2 ** 31 - 1

/** A timer later than this was held up by a thread that had other work, ms: a long task, as browsers have it. */
const BUSY = 50

/** Clock, timer and dice of the platform. Globals are read when it is called, not when it is imported. */
export function createClock(): Pick<Env, 'now' | 'timer' | 'random'> {
  const page = globalThis as { document?: { hidden: boolean } }
  let last = 0
  let offset = 0
  const now = (): number => {
    // The wall clock sees sleep, which `performance.now` may not; a clock set back must not stop time.
    const wall = Date.now() + offset
    if (wall < last) offset += last - wall
    return (last = Math.max(last, wall))
  }
  return {
    now,
    timer(callback, ms) {
      const due = now() + ms
      const ring = (): void => {
        // The answer that it waits for may have arrived while nobody could look: what is there is heard first. The timers of
        // a hidden page are late for another reason, and would be again.
        if (now() - due > BUSY && !page.document?.hidden) handle = setTimeout(callback)
        else callback()
      }
      let handle = setTimeout(ring, Math.min(ms, MAX_TIMER))
      return () => clearTimeout(handle)
    },
    random: () => Math.random(),
  }
}

/** All of it. */
export function createEnv(): Env {
  return {
    ...createClock(),
    id: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    defer: (callback) => {
      queueMicrotask(callback)
    },
  }
}
