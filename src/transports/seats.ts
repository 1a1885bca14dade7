import type { Run } from './http.js'

/**
 * Connections of one server that all tabs of an origin may keep waiting: over HTTP/1.1 a browser has six in all. With all
 * of them waiting nobody could say a word, and whoever comes later could not even ask.
 */
const SEATS = 4

/** Takes one of the seats for as long as the link lives; where none is left the link ends at once. Tabs see each other's locks. */
export const seated =
  (run: Run): Run =>
  async (link) => {
    const { location, navigator } = globalThis as Partial<typeof globalThis>
    const locks: LockManager | undefined = location && navigator?.locks
    // No browser, or an old one, or a page that is not secure.
    if (!locks) return run(link)
    const sit = async (lock: Lock | null) => {
      if (lock) await run(link)
      return lock
    }
    const { origin } = new URL(link.url)
    for (let seat = 0; seat < SEATS; seat++)
      if (await locks.request(`holdfast ${origin} ${seat}`, { ifAvailable: true }, sit)) return
    link.lose('other tabs keep the connections')
  }
