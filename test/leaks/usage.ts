// What a process holds, once what is not needed is collected.
export interface Usage {
  /** Bytes in use. */
  heap: number
  rss: number
  /** Armed, and such as keep the process alive. */
  timers: number
  /** Connections and servers. */
  sockets: number
  /** All else that keeps the process alive: requests under way, its channel to its parent. */
  other: number
}

export function usage(): Usage {
  if (!globalThis.gc) throw new Error('run with --expose-gc')
  for (let round = 0; round < 4; round++) globalThis.gc()
  const held = process.getActiveResourcesInfo()
  const many = (test: RegExp): number => held.filter((name) => test.test(name)).length
  const [timers, sockets] = [many(/^(Timeout|Immediate)$/), many(/^TCP/)]
  const { heapUsed: heap, rss } = process.memoryUsage()
  return { heap, rss, timers, sockets, other: held.length - timers - sockets }
}
