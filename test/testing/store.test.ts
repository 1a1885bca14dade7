// The suite of stores is itself tried: a sound store passes it, and each fault is found by the rule against it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../src/core/store.js'
import { MemoryStore } from '../../src/server/index.js'
import { type StoreCase, storeCases, type StoreLimitsWanted, type StoreStand } from '../../src/testing/index.js'
import { apart, type Fault, faults, type World } from './store-faults.js'

const ALL = { nodes: true, reopen: true, clock: true, notes: true, limits: true }

const withFault = (sound: MemoryStore, fault: Partial<Store>): Store =>
  new Proxy<Store>(sound, {
    get(store, name: keyof Store) {
      const method = fault[name] ?? store[name]?.bind(store)
      return method
    },
  })

function stand(limits: StoreLimitsWanted, fault: Fault = () => ({}), other: Fault = fault): StoreStand {
  const world: World = { now: 1_800_000_000_000 }
  const make = () => new MemoryStore({ ...limits, now: () => world.now })
  const sound = make()
  const wrong = fault(sound, world)
  return {
    store: withFault(sound, wrong),
    another: async () => withFault(sound, other === fault ? wrong : other(sound, world)),
    reopen: async () => withFault(world.amnesia ? make() : sound, wrong),
    clock: { now: () => world.now, pass: (ms) => void (world.now += ms) },
    close: () => sound.close(),
  }
}

const cases = (fault?: Fault, other?: Fault) => storeCases(async (limits) => stand(limits, fault, other), ALL)

function ruleOf(list: StoreCase[], name: string): Promise<void> {
  const found = list.find((one) => one.name === name)
  if (!found) throw new Error(`there is no rule ${name}`)
  return found.run()
}

const failing = /: expected|waited in vain|was refused, and no reason/

describe('a store', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const tried = [
    ...Object.values(faults)
      .flat()
      .map(([rule, fault]) => [rule, fault, fault] as const),
    ...apart.map(([rule, other]) => [rule, () => ({}), other] as const),
  ]

  it.each(tried)('with a fault is not one that %s', async (name, fault, other) => {
    const failed = expect(ruleOf(cases(fault, other), name)).rejects.toThrow(failing)
    await vi.advanceTimersByTimeAsync(11_000)
    await failed
  })

  it('has every rule against it at least once', () => {
    expect(new Set(tried.map(([rule]) => rule))).toEqual(new Set(cases().map(({ name }) => name)))
  })
})

it('a sound store passes with every rule, also where the stand gives no clock', async () => {
  const bare = (whole: StoreStand): StoreStand => {
    const rest = { ...whole }
    delete rest.clock
    return rest
  }
  const list = storeCases(async (limits) => bare(stand(limits)), { ...ALL, clock: false })
  for (const { lacks, run } of list) if (!lacks.length) await run()
  expect(list.filter(({ lacks }) => lacks.length)).toMatchObject(
    Array.from({ length: 4 }, () => ({ lacks: ['clock'] as const })),
  )
})

it('a stand that has not what it says is told so, and is closed', async () => {
  let closed = 0
  const open = async (limits: StoreLimitsWanted) => ({
    store: stand(limits).store,
    close: async () => void closed++,
  })
  const list = storeCases(open, ALL)
  await expect(ruleOf(list, 'is one store at all nodes')).rejects.toThrow('it has no another()')
  await expect(ruleOf(list, 'has what it had, after a restart')).rejects.toThrow('it has no reopen()')
  await expect(ruleOf(list, 'lets old entries go, and keeps the count and the epoch')).rejects.toThrow('it has none')
  expect(closed).toBe(3)
  expect(storeCases(open, { ...ALL, nodes: false, notes: false }).at(-1)?.lacks).toEqual(['nodes', 'notes'])
})
