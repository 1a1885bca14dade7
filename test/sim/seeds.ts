/** Seeds that once broke an invariant, and what was wrong then. */
export const PINNED: readonly { seed: number; was: string }[] = []
