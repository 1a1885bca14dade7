/** The same value with its keys in order, bytes as what they hold, and without what is undefined. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return { bytes: value.length > 200 ? `${value.length}: ${sum(value)}` : value.join() }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const said = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(said.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, plain(part)]))
}

/** FNV-1a: enough to tell two large bodies apart. */
const sum = (bytes: Uint8Array): number =>
  bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5)

/** Text that differs where two values do; the order of their keys does not count. */
export const tell = (value: unknown): string => JSON.stringify([plain(value)])

/** Throws, with both in the message, where the two are not alike. */
export function alike(got: unknown, expected: unknown, what: string): void {
  const [real, wanted] = [tell(got), tell(expected)]
  if (real !== wanted) throw new Error(`${what}: expected ${wanted.slice(0, 600)}, got ${real.slice(0, 600)}`)
}
