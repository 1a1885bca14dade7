// The real server as a process that can be killed. Its store is in Redis, in a file, or at the other end of the process's
// own channel.
import { createServer as createHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type Store } from '../../src/server/index.js'
import { openStore } from '../../src/server/stores/open.js'
import { remoteStore } from './ipc-store.js'

function serve(store: Store): void {
  const http = createHttp()
  const settings = { store, secret: 'the same for every process', allowedOrigins: '*' } as const
  const server = createServer(settings).attach(http, { path: '/realtime' })
  http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }))
  // As the command does: everybody is told to come back, and is not waited for.
  process.once('SIGTERM', () => {
    void server
      .close({ spread: 500 })
      .then(() => store.close())
      .then(() => process.exit(0))
  })
}

const url = process.env['STORE']
if (url === undefined) serve(remoteStore())
else void openStore(url).then(serve)
process.on('disconnect', () => process.exit(0))
