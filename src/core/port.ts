/** The one shape of every decider: data in, data out, and when it wants to be woken. It touches nothing. */
export interface Machine<Input, Output> {
  /** `now` in ms, never going back. */
  handle(input: Input, now: number): Output[]
  /** When to hand it a `tick` at the latest; `Infinity` for never. Asked for again after each input. */
  readonly deadline: number
}

/** The runner's own input, common to all machines. */
export interface Tick {
  on: 'tick'
}

/** Closes each `switch` over a union: a missing case does not compile. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`)
}
