// After `close()` a process has nothing left to wait for: it ends by itself.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { bundle, type Program } from '../support/bundle.js'
import { rungs } from '../support/rungs.js'
import { clientOf, Ear, leaveAll, PATH, Site, when } from '../support/servers.js'

let program: Program
const children = new Set<ChildProcess>()

beforeAll(async () => {
  program = await bundle('test/support/quiet-child.ts')
})
afterEach(async () => {
  for (const child of children) child.kill()
  children.clear()
  await leaveAll()
})
afterAll(() => program.remove())

function start(role: 'client' | 'server', env: Record<string, string> = {}) {
  const child = fork(program.file, { env: { ...process.env, ROLE: role, ...env }, execArgv: [] })
  children.add(child)
  return child
}

/** What it says it holds, and that it has ended. */
async function ended(child: ChildProcess): Promise<unknown> {
  const over = once(child, 'exit')
  const [held] = await once(child, 'message')
  expect(await over).toEqual([0, null])
  return held
}

it.each(rungs)('a client over $name', async ({ name }) => {
  const site = await Site.open({ allowedOrigins: '*' })
  const url = `http://127.0.0.1:${site.port}${PATH}`
  expect(await ended(start('client', { URL: url, RUNG: name }))).toEqual([])
})

it('a client that never got through', async () => {
  const site = await Site.open()
  const { port } = site
  await site.close()
  const url = `http://127.0.0.1:${port}${PATH}`
  expect(await ended(start('client', { URL: url, RUNG: 'all' }))).toEqual([])
})

it('a server with clients on all rungs', async () => {
  const child = start('server')
  const [port] = (await once(child, 'message')) as [number]
  const clients = rungs.map(({ over }) => clientOf(port, { transports: [over()] }))
  const ears = clients.map((client) => new Ear(client))
  await Promise.all(clients.map((client) => when(client, 'online')))
  for (const client of clients) {
    client.presence('room')
    client.channel('room').send('hi')
  }
  await Promise.all(ears.map((ear) => ear.count(clients.length)))
  child.send('close')
  expect(await ended(child)).toEqual([])
})
