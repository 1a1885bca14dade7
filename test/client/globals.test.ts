// Rendered on a server, or in a worker: whatever the platform lacks, importing must not notice.
import { type Context, createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'Holdfast',
    target: 'es2022',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

const browser = [
  'window',
  'self',
  'document',
  'navigator',
  'location',
  'WebSocket',
  'CloseEvent',
  'localStorage',
  'Worker',
]

/** A world with the language in it, and what is `given`; it writes down each global of a platform that is looked at. */
function world(given: Record<string, unknown>): { context: Context; asked: Set<string> } {
  const asked = new Set<string>()
  const context = createContext({ ...given })
  const known = new Set(runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[])
  for (const name of new Set([...Object.getOwnPropertyNames(globalThis), ...browser])) {
    if (known.has(name)) continue
    Object.defineProperty(context, name, { get: () => void asked.add(name) })
  }
  return { context, asked }
}

it.each<[string, Record<string, unknown>]>([
  ['src/index.ts', {}],
  // A class that stands in for WebSocket is an EventTarget; Node has had that since 15.
  ['src/socket.ts', { EventTarget, Event }],
])('importing %s touches no global of the platform', async (entry, given) => {
  const { context, asked } = world(given)
  runInContext(await bundle(entry), context)
  expect([...asked]).toEqual([])
  expect(runInContext('typeof Holdfast', context)).toBe('object')
})
