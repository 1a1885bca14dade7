// The server under load, in a process of its own.
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kindOf } from './kinds/all.js'
import type { Usage } from './words.js'

const http = createHttp()
kindOf(process.env['KIND']).serve(http)
http.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => process.send?.((http.address() as AddressInfo).port))
process.on('message', (word: 'measure' | 'glance') => {
  if (word === 'measure') for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { heapUsed: heap, rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  process.send?.({ heap, rss, cpu: (user + system) / 1_000 } satisfies Usage)
})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))
