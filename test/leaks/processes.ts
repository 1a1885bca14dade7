// Programs of this folder, each in a process of its own that can be measured.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { bundle } from '../support/bundle.js'

export interface Started {
  child: ChildProcess
  stop(): void
}

export async function start(name: 'server' | 'clients', env: Record<string, string> = {}): Promise<Started> {
  const program = await bundle(`test/leaks/${name}.ts`)
  const child = fork(program.file, { execArgv: ['--expose-gc'], env: { ...process.env, ...env } })
  const stop = (): void => {
    child.kill()
    program.remove()
  }
  return { child, stop }
}

export async function startServer(): Promise<Started & { port: number }> {
  const server = await start('server')
  const [port] = (await once(server.child, 'message')) as [number]
  return { ...server, port }
}
