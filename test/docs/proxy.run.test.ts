// The settings of nginx and HAProxy in README.md, each before a real server; where the program is not installed they are
// not tried.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient, longPoll, sse, type Transport, webSocket } from '../../src/index.js'
import { createServer } from '../../src/server/index.js'
import { freePort } from '../support/http-stand.js'
import { blocks, read } from './markdown.js'

/** Debian keeps them where only root looks. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
const find = (name: string): string | undefined => folders.map((folder) => join(folder, name)).find(existsSync)

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve(): Promise<number> {
  const http = createHttp()
  const server = createServer().attach(http, { path: '/realtime' })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  closers.push(() => {
    http.closeAllConnections()
    http.close()
  })
  closers.push(() => server.close({ after: 0, spread: 0 }))
  return (http.address() as AddressInfo).port
}

/** What stands around an nginx `server`, with files in a folder of its own. */
const around = (folder: string, rules: string): string => {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user} pid ${folder}/pid; events {} http { access_log off; ${temp.join(' ')} ${rules} }`
}

const args = {
  nginx: (file: string, folder: string) => ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'],
  haproxy: (file: string) => ['-db', '-f', file],
}

/** Starts the program with these settings, or with those that README.md shows; gives the address. */
async function proxy(name: keyof typeof args, settings?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const shown = blocks(read('README.md')).find(({ kind }) => kind === name)?.text ?? ''
  const rules = (settings ?? shown)
    .replace(/(listen |bind :)8000/, (_, word: string) => `${word.replace(':', '127.0.0.1:')}${port}`)
    .replace('8080', String(await serve()))
  const file = join(folder, 'settings')
  writeFileSync(file, name === 'nginx' ? around(folder, rules) : rules)
  const child = spawn(find(name) ?? name, args[name](file, folder), { stdio: 'ignore' })
  closers.push(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  await listening(port, child)
  return `http://127.0.0.1:${port}/realtime`
}

/** A client would find it, too, but by then it may be on a lower transport. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
  while (!(await isOpen())) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} does not take its settings`)
    await sleep(20)
  }
}

/** Whether a message gets there and back. */
async function reaches(url: string, ...transports: Transport[]): Promise<string | undefined> {
  const client = createClient({ url, transports, memory: false, reconnect: { cap: 200 } })
  closers.push(() => client.close())
  await client.channel('room').send('x'.repeat(100_000)).accepted
  return client.transport
}

const transports = [webSocket({ WebSocket }), sse(), longPoll()]

describe.each(['nginx', 'haproxy'] as const)('behind %s, as README.md sets it up', { timeout: 20_000 }, (name) => {
  it.skipIf(!find(name))('every transport gets through', async () => {
    const url = await proxy(name)
    const reached = await Promise.all(transports.map((transport) => reaches(url, transport)))
    expect(reached).toEqual(['websocket', 'sse', 'long-poll'])
  })
})

it.skipIf(!find('nginx'))('behind a bare nginx server-sent events get through', { timeout: 20_000 }, async () => {
  const bare = 'server { listen 8000; location / { proxy_pass http://127.0.0.1:8080; } }'
  expect(await reaches(await proxy('nginx', bare), ...transports)).toBe('sse')
})
