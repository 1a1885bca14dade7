// The real server as a process that can be killed. Its store is at the other end of the process's own channel.
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from '../../src/server/index.js'
import { remoteStore } from './ipc-store.js'

const http = createHttp()
createServer({ store: remoteStore(), secret: 'the same for every process' }).attach(http, { path: '/realtime' })
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
