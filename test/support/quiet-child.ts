// A process that uses one side of it, closes that, and is then to end by itself. It says which timers are left.
import { createServer as createHttp } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createClient } from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { rungs } from './rungs.js'

const turn = () => new Promise((done) => setImmediate(done))

const held = (...names: string[]) => process.getActiveResourcesInfo().filter((name) => names.includes(name))

/** Sockets say their last words first, and requests under way have a time of their own. */
async function tell(): Promise<void> {
  do await turn()
  while (held('TCPSocketWrap').length)
  process.send?.(held('Timeout', 'TCPServerWrap'), () => process.disconnect())
}

async function asClient(): Promise<void> {
  const { URL: url = '', RUNG: rung } = process.env
  const transports = rungs.filter(({ name }) => rung === 'all' || name === rung).map(({ over }) => over())
  const client = createClient({ url, transports, memory: false })
  const room = client.channel('room')
  client.presence('room')
  if (rung === 'all') await new Promise<void>((done) => client.on('retry', ({ attempt }) => attempt > 1 && done()))
  else {
    const heard = new Promise((done) => room.on('message', done, { from: 'oldest' }))
    await room.send('hi').accepted
    await heard
    void room.history().catch(() => undefined)
  }
  room.send('on its way')
  client.close()
  await tell()
}

async function asServer(): Promise<void> {
  const http = createHttp()
  const server = createServer({ allowedOrigins: '*' }).attach(http, { path: '/realtime' })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  process.send?.((http.address() as AddressInfo).port)
  await once(process, 'message')
  await server.close({ after: 0, spread: 0 })
  http.close()
  await tell()
}

void (process.env['ROLE'] === 'client' ? asClient() : asServer())
