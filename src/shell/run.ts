import type { Machine, Tick } from '../core/port.js'
import type { Env } from './env.js'
import { guard } from './guard.js'

/** Hands an input to the machine (a tick is the runner's own); its outputs are performed before the call returns, or after the one now under way. */
export type Feed<Input> = (input: Input) => void

/** Timers do not count the time that the machine slept: one that is so late (ms) by the clock is armed anew. */
const LATE = 1_000
/** A timer later than this, ms, was held up by a thread at work: browsers call that a long task. */
const BUSY = 50

const isHidden = (): boolean | undefined => (globalThis as { document?: { hidden: boolean } }).document?.hidden

/**
 * One loop and one timer for a machine. Inputs that arrive while outputs are performed wait their turn, so an app
 * that calls back from a listener cannot re-enter the core. What `perform` throws is the app's: it surfaces as an
 * uncaught error of its own and stops nothing here.
 * @param listens a tick that comes late waits until what has arrived meanwhile was heard: the answer may be there. In a
 * hidden page it does not, for there every timer is late.
 */
export function run<Input, Output>(
  machine: Machine<Input | Tick, Output>,
  env: Pick<Env, 'now' | 'timer'>,
  perform: (output: Output) => void,
  listens = false,
): Feed<Input> {
  const queue: (Input | Tick)[] = []
  let cancel: (() => void) | undefined
  let armedFor = Infinity
  let [busy, listening] = [false, false]

  /** A deadline that moved away is left to fire early and be armed anew: traffic re-arms nothing. */
  function arm(): void {
    const { deadline } = machine
    if (listening && deadline < Infinity) return
    listening = false
    const now = env.now()
    const due = Math.max(deadline, now)
    if (due >= armedFor && due < Infinity && now - armedFor < LATE) return
    cancel?.()
    armedFor = due
    cancel = due < Infinity ? env.timer(wake, due - now) : undefined
  }

  function wake(): void {
    listening = listens && env.now() - armedFor > BUSY && !isHidden()
    if (listening) cancel = env.timer(tick, 0)
    else tick()
  }

  function tick(): void {
    listening = false
    armedFor = Infinity
    feed({ on: 'tick' })
  }

  function feed(input: Input | Tick): void {
    queue.push(input)
    if (busy) return
    busy = true
    try {
      for (let next; (next = queue.shift());)
        for (const output of machine.handle(next, env.now())) guard(perform, output)
    } finally {
      busy = false
      arm()
    }
  }

  return feed
}
