// The server's side: the reference server in a process of its own, which says what it holds when it is asked.
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, MemoryStore } from '../../src/server/index.js'
import { usage } from './usage.js'

const http = createHttp()
// Small logs: they are full long before the first measurement, and what grows is no log.
const store = new MemoryStore({ maxEntries: 5_000 })
createServer({ store, maxAccepts: Infinity, allowedOrigins: '*' }).attach(http, { path: '/realtime' })
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
process.on('message', () => process.send?.(usage()))
process.on('disconnect', () => process.exit(0))
