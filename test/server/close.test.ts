// After `close()` nothing of a server runs or listens.
import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { Pending } from '../../src/server/http/pending.js'
import { createServer, MemoryStore } from '../../src/server/index.js'
import { Hand } from './hand.js'

const now = { after: 0, spread: 0 }

describe('a server that is closed', () => {
  it('does not listen to a store that is shared, which stays open', async () => {
    const store = new MemoryStore()
    const [watch, close] = [store.watch.bind(store), vi.spyOn(store, 'close')]
    let watching = 0
    store.watch = (on) => {
      const off = watch(on)
      watching++
      return () => {
        watching--
        off()
      }
    }
    const server = createServer({ store })
    expect(watching).toBe(1)
    await server.close(now)
    expect(watching).toBe(0)
    expect(close).not.toHaveBeenCalled()
  })

  it('closes the store that is its own', async () => {
    const close = vi.spyOn(MemoryStore.prototype, 'close')
    await createServer().close(now)
    expect(close).toHaveBeenCalledOnce()
    close.mockRestore()
  })
})

describe('answers under way', () => {
  const answer = () => Object.assign(new EventEmitter(), { destroy: vi.fn() })

  it('are waited for, and then no timer is left', async () => {
    const hand = new Hand()
    const pending = new Pending(hand.env)
    const response = answer()
    pending.add(response as never)
    const over = pending.empty(3_000)
    expect(hand.timers).toBe(1)
    response.emit('close')
    await over
    expect(hand.timers).toBe(0)
    expect(response.destroy).not.toHaveBeenCalled()
  })

  it('that take too long are cut', async () => {
    const hand = new Hand()
    const pending = new Pending(hand.env)
    const response = answer()
    pending.add(response as never)
    const over = pending.empty(3_000)
    hand.wait(2_999)
    expect(response.destroy).not.toHaveBeenCalled()
    hand.wait(1)
    await over
    expect(response.destroy).toHaveBeenCalledOnce()
  })
})
