// What stands behind a box: one server here, or two in processes of their own over one store.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'vitest'
import { MemoryStore } from '../../src/server/index.js'
import { serve } from '../bench/net.js'
import { bundle } from '../support/bundle.js'
import { shareStore } from '../support/ipc-store.js'

/** Takes what is to be stopped when the test ends, however it ends; the last comes first. */
export function leaving({ onTestFinished }: TestContext): (stop: () => unknown) => void {
  const stops: (() => unknown)[] = []
  onTestFinished(async () => {
    for (const stop of stops.reverse()) await stop()
  })
  return (stop) => void stops.push(stop)
}

export interface Site {
  ports: readonly number[]
  stop(): Promise<void>
}

export async function oneServer(): Promise<Site> {
  const { port, die } = await serve()
  return { ports: [port], stop: die }
}

/** It says other things besides. */
const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.on('message', ({ port }: { port?: number }) => port !== undefined && resolve(port))
  })

async function end(child: ChildProcess): Promise<void> {
  const over = once(child, 'exit')
  child.kill('SIGKILL')
  await over
}

/** Nobody sees to it that a client's requests go to one of them. */
export async function twoServers(): Promise<Site> {
  const store = new MemoryStore()
  const program = await bundle('test/support/server-child.ts')
  const start = async () => {
    const child = fork(program.file, { serialization: 'advanced', execArgv: [] })
    shareStore(store, child, () => undefined)
    return { child, port: await portOf(child) }
  }
  const started = await Promise.all([start(), start()])
  const stop = async () => {
    await Promise.all(started.map(({ child }) => end(child)))
    program.remove()
  }
  return { ports: started.map(({ port }) => port), stop }
}
