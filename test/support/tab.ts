// Pages of one tab, one after the other: they share its storage, and nothing else.
import { type CreateClientOptions, storedSession } from '../../src/index.js'
import type { ClientFrame } from '../../src/wire/frame.js'
import { FakeMemory } from './fake-memory.js'
import { dialled, type Rig } from './fake-transport.js'

let pages = 0

export interface Page extends Rig {
  memory: FakeMemory
  hide(): void
  show(): void
  leave(): void
  back(): void
  said(...types: ClientFrame['t'][]): ClientFrame[]
}

/** A page of the tab whose storage this is. Its names are its own. */
export async function load(memory = new FakeMemory(), options: Partial<CreateClientOptions> = {}): Promise<Page> {
  const number = ++pages
  let names = 0
  const id = () => `p${String(number)}.${String(++names)}`
  const rig = await dialled({ session: storedSession(memory, 'tab'), env: { id }, ...options })
  const { page, transport } = rig
  const turn = (visibilityState: string): void => {
    page.document = { visibilityState }
    page.say('visibilitychange')
  }
  return {
    ...rig,
    memory,
    hide: () => turn('hidden'),
    show: () => turn('visible'),
    leave: () => page.say('pagehide'),
    back: () => page.say('pageshow', { persisted: true }),
    said: (...types) => transport.last.frames.filter(({ t }) => types.includes(t)),
  }
}
