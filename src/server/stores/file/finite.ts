/** What SQLite takes as a whole number, where the asker says `Infinity` for all. */
export const finite = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER)
