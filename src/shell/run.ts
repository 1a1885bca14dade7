import type { Machine, Tick } from '../core/port.js'
import type { Env } from './env.js'
import { guard } from './guard.js'

/** Hands an input to the machine (a tick is the runner's own); its outputs are performed before the call returns, or after the one now under way. */
export type Feed<Input> = (input: Input) => void

/**
 * One loop and one timer for a machine. Inputs that arrive while outputs are performed wait their turn, so an app
 * that calls back from a listener cannot re-enter the core. What `perform` throws is the app's: it surfaces as an
 * uncaught error of its own and stops nothing here.
 */
export function run<Input, Output>(
  machine: Machine<Input | Tick, Output>,
  env: Pick<Env, 'now' | 'timer'>,
  perform: (output: Output) => void,
): Feed<Input> {
  const queue: (Input | Tick)[] = []
  let busy = false
  let cancel: (() => void) | undefined
  let armedFor = Infinity

  /** A deadline that moved away is left to fire early and be armed anew: traffic re-arms nothing. */
  function arm(): void {
    const { deadline } = machine
    if (deadline >= armedFor && deadline < Infinity) return
    cancel?.()
    armedFor = deadline
    cancel = deadline < Infinity ? env.timer(wake, deadline - env.now()) : undefined
  }

  function wake(): void {
    armedFor = Infinity
    cancel = undefined
    feed({ on: 'tick' })
  }

  function feed(input: Input | Tick): void {
    queue.push(input)
    if (busy) return
    busy = true
    try {
      for (let next; (next = queue.shift());) {
        for (const output of machine.handle(next, env.now())) guard(perform, output)
      }
    } finally {
      busy = false
      arm()
    }
  }

  return feed
}
