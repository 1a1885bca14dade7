import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { MemoryStore } from '../../src/server/index.js'
import { remoteStore, shareStore as shareStoreOfDemo } from '../../docs/demo/ipc-store.mjs'
import { bundle, type Program } from '../support/bundle.js'
import { shareStore } from '../support/ipc-store.js'
import { later, leaveAll } from '../support/servers.js'
import { HttpLink, send } from './http.world.js'

let program: Program | undefined
beforeAll(async () => {
  program = await bundle('test/support/server-child.ts')
})
afterAll(() => program?.remove())
afterEach(leaveAll)

/** A server process over a store of this one. */
async function start(store: MemoryStore): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(program?.file ?? '', { serialization: 'advanced', execArgv: [] })
  later(() => child.kill('SIGKILL'))
  shareStore(store, child, () => undefined)
  const port = await new Promise<number>((resolve) => {
    child.on('message', ({ port: said }: { port?: number }) => said !== undefined && resolve(said))
  })
  return { child, port }
}

it('two processes over one store each serve the links of the other, until it is killed', async () => {
  const store = new MemoryStore()
  const [a, b] = await Promise.all([start(store), start(store)])
  const link = await HttpLink.open(a.port)
  expect((await link.post(b.port, send(1))).status).toBe(204)
  const stream = link.stream(b.port)
  await stream.until((text) => text.includes('accepted'))
  const over = once(a.child, 'exit')
  a.child.kill('SIGKILL')
  await over
  expect((await link.post(b.port, send(2))).status).toBe(410)
})

/** A process and its parent, as far as they pass messages. */
function channel(): { child: ChildProcess; parent: EventEmitter } {
  const [child, parent] = [new EventEmitter(), new EventEmitter()]
  const to = (other: EventEmitter) => (message: unknown) => queueMicrotask(() => other.emit('message', message))
  Object.assign(child, { connected: true, send: to(parent) })
  Object.assign(parent, { send: to(child) })
  return { child: child as ChildProcess, parent }
}

it('the store of the demo passes notes between its processes, until one is gone', async () => {
  const store = new MemoryStore()
  const [one, two] = [channel(), channel()]
  for (const { child } of [one, two]) shareStoreOfDemo(store, child)
  const [a, b] = [remoteStore(one.parent), remoteStore(two.parent)] as unknown as [MemoryStore, MemoryStore]
  const heard: string[] = []
  a.listen('a', (note) => heard.push(note))
  await b.notify({ node: 'a', note: 'one' })
  await b.notify({ node: 'nobody', note: 'lost' })
  expect(heard).toEqual(['one'])
  one.child.emit('exit')
  await b.notify({ node: 'a', note: 'two' })
  expect(heard).toEqual(['one'])
})
