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

/** Clock, timer and dice of the platform. Globals are read when it is called, not when it is imported. */
export function createClock(): Pick<Env, 'now' | 'timer' | 'random'> {
  let last = 0
  let offset = 0
  return {
    now() {
      // The wall clock sees sleep, which `performance.now` may not; a clock set back must not stop time.
      const wall = Date.now() + offset
      if (wall < last) offset += last - wall
      return (last = Math.max(last, wall))
    },
    timer(callback, ms) {
      const handle = setTimeout(callback, Math.min(ms, MAX_TIMER))
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
