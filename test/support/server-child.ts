// The real server as a process that can be killed. Its store is in Redis, or at the other end of the process's own channel.
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, RedisStore, type Store } from '../../src/server/index.js'
import { remoteStore } from './ipc-store.js'

function serve(store: Store): void {
  const http = createHttp()
  createServer({ store, secret: 'the same for every process' }).attach(http, { path: '/realtime' })
  http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
}

const url = process.env['STORE']
if (url === undefined) serve(remoteStore())
else void RedisStore.open(url).then(serve)
process.on('disconnect', () => process.exit(0))
