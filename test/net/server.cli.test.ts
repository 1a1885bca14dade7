import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hello, packet } from './http.world.js'
import { connect } from './server.world.js'

let folder = ''
let file = ''
const children: ChildProcess[] = []

beforeAll(async () => {
  // Inside node_modules, so that its imports are found.
  folder = mkdtempSync(join('node_modules', '.holdfast-cli-'))
  // Laid out as the package is: the version is read from its package.json.
  file = join(folder, 'dist', 'cli.mjs')
  copyFileSync('package.json', join(folder, 'package.json'))
  await build({
    entryPoints: ['src/server/cli.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(...given: [{ env: NodeJS.ProcessEnv }, ...string[]] | string[]) {
  const [first, ...rest] = given
  const { env = process.env } = typeof first === 'object' ? first : {}
  const args = typeof first === 'string' ? [first, ...rest] : rest
  const child = spawn(process.execPath, [file, ...(args as string[])], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  const lookers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      for (const look of lookers) look()
    })
  const exited = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, text }))
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const found = pattern.exec(text)
        if (found) resolve(found)
      }
      lookers.add(look)
      look()
    })
  return { child, exited, says }
}

describe('npx holdfast', () => {
  it('says where it listens, serves, and drains on SIGTERM', async () => {
    const { child, exited, says } = start('--port', '0', '--path', '/chat', '--drain', '50')
    const [, url = ''] = await says(/listening on (ws:\/\/127\.0\.0\.1:\d+\/chat)\n/)
    const raw = await connect(url, 'ann', { t: 'send', seq: 1, ch: 'room', body: '1' })
    await raw.next('accepted')
    child.kill('SIGTERM')
    expect(await raw.next('retry')).toEqual({ t: 'retry', after: 1_000, spread: 50 })
    expect((await raw.closed).code).toBe(1012)
    expect((await exited).code).toBe(0)
  })

  it('serves what its help says: all four transports, on one path', async () => {
    const { text } = await start('--help').exited
    // Wrapped as it is shown.
    const said = text.replace(/\s+/g, ' ')
    expect(said).toMatch(/WebSocket, server-sent events, long and short polling/)
    expect(said).toMatch(/--path <path> path of all transports/)
    const { says } = start('--port', '0')
    const [, host = ''] = await says(/listening on ws:\/\/(.+)\n/)
    const url = `http://${host}`
    const body = packet(hello())
    const [line = '', welcome = ''] = (await (await fetch(`${url}?hold=5000`, { method: 'POST', body })).text()).split(
      '\n',
    )
    const { ticket } = JSON.parse(line.slice(1)) as { ticket: string }
    expect(welcome).toContain('"t":"welcome"')
    const authorization = `Bearer holdfast.link.${ticket}`
    const stream = await fetch(`${url}?since=1`, { headers: { authorization, accept: 'text/event-stream' } })
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const poll = await fetch(`${url}?since=1&hold=0`, { headers: { authorization } })
    expect([poll.status, await poll.text()]).toEqual([200, ''])
    // A poll takes over, and the stream ends.
    expect(await stream.text()).toMatch(/^:/)
  })

  it('keeps messages in a file: they are there when it comes back, and nobody else has it meanwhile', async () => {
    const store = `file:${join(folder, 'store.db')}`
    const first = start('--port', '0', '--store', store, '--drain', '0')
    const [, url = ''] = await first.says(/listening on (.+)\n/)
    const raw = await connect(url, 'ann', { t: 'send', seq: 1, ch: 'room', body: '"kept"' })
    await raw.next('accepted')
    const other = await start('--port', '0', '--store', store).exited
    expect([other.code, other.text]).toEqual([1, expect.stringContaining('is open in another store')])
    first.child.kill('SIGTERM')
    expect((await first.exited).code).toBe(0)
    const second = start('--port', '0', '--store', store)
    const [, again = ''] = await second.says(/listening on (.+)\n/)
    const reader = await connect(again, 'bob', { t: 'sub', ch: 'room', from: 'oldest' })
    expect(await reader.next('message')).toMatchObject({ id: 'ann:1', body: 'kept' })
  })

  it('takes the store from HOLDFAST_STORE, unless --store says another', async () => {
    const env = { ...process.env, HOLDFAST_STORE: 'mongodb://here' }
    const said = await start({ env }, '--port', '0').exited
    expect([said.code, said.text]).toEqual([1, expect.stringContaining('the store takes')])
    await start({ env }, '--port', '0', '--store', 'memory').says(/listening/)
  })

  it('serves figures to this machine alone, on a port of their own', async () => {
    const { child, exited, says } = start('--port', '0', '--metrics', '0', '--drain', '0')
    const [, url = ''] = await says(/listening on (ws:\S+)/)
    const [, metrics = ''] = await says(/metrics are on (http:\/\/127\.0\.0\.1:\d+\/metrics)\n/)
    await (await connect(url, 'ann', { t: 'send', seq: 1, ch: 'room', body: '1' })).next('accepted')
    const answer = await fetch(metrics)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await answer.text()).toContain('\nholdfast_messages_accepted_total 1\n')
    const statuses = [
      fetch(new URL('/', metrics)),
      fetch(metrics, { method: 'POST' }),
      fetch(metrics, { method: 'HEAD' }),
    ]
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([404, 405, 200])
    // The figures are not where the clients are.
    const [, host = ''] = /ws:\/\/([^/]+)/.exec(url) ?? []
    expect((await fetch(`http://${host}/metrics`)).status).toBe(404)
    child.kill('SIGTERM')
    expect((await exited).code).toBe(0)
  })

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await start('--version').exited).toEqual({ code: 0, text: `${version}\n` })
  })

  it('says when the port is in use', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    const { code, text } = await start('--port', String(port)).exited
    other.close()
    expect(code).toBe(1)
    expect(text).toContain(`port ${port} on 127.0.0.1 is in use; choose another with --port`)
  })

  it.each([
    [['--port', 'high'], /port.*whole number up to 65535/s],
    [['--metrics', 'here'], /metrics.*whole number up to 65535/s],
    [['--idle', '3'], /idle takes a time in ms, at least 100/],
    [['--path', 'chat'], /path takes a string that begins with/],
    [['--origin', 'example.com'], /allowedOrigins takes/],
    [['--per-address', '0'], /maxLinksPerAddress takes/],
    [['--trust-proxy', 'all'], /trust-proxy.*whole number up to 16/s],
    [['--log-level', 'loud'], /log-level/],
    [['--store', 'files:x'], /the store takes 'memory', 'file:'/],
    [['--store', 'file:/no/such/folder/x.db'], /x\.db cannot be opened/],
    [['--frobnicate'], /unknown option/],
  ])('%j is refused, by name', async (args, message) => {
    const { code, text } = await start(...args).exited
    expect(code).toBe(1)
    expect(text).toMatch(message)
    expect(text).not.toMatch(/^\s+at /m)
  })
})
