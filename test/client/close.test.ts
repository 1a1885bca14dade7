// After `close()` nothing of a client runs or listens.
import { describe, expect, it } from 'vitest'
import { answers } from '../socket/fakes.js'
import { dialled, online } from '../support/fake-transport.js'

describe('close', () => {
  it.each(['dialling', 'online', 'waiting', 'offline'] as const)(
    'while %s leaves no timer, no listener, no link',
    async (when) => {
      const { client, transport, env, page } = await dialled()
      const added = new Set<string>()
      if (when === 'online') transport.last.accept()
      if (when === 'offline') page.say('offline')
      if (when === 'waiting' || when === 'offline') transport.last.end()
      const room = client.channel('room')
      const message = room.send('x')
      client.on('status', ({ status }) => added.add(status))
      client.close()
      client.close()
      await answers()
      expect(env.timers.size).toBe(0)
      expect(client.status).toBe('closed')
      expect([...added]).toEqual(['closed'])
      expect(message.state).toBe('failed')
      if (when === 'online' || when === 'dialling') expect(transport.last.closes).toEqual([[1000, 'closed by the app']])
      for (const type of ['online', 'pageshow', 'resume', 'visibilitychange']) page.say(type, { persisted: true })
      page.navigator.connection.dispatchEvent(new Event('change'))
      await env.pass(1_000_000)
      expect(transport.dials).toHaveLength(1)
      expect(env.timers.size).toBe(0)
    },
  )
  it('says goodbye, so that the server need not keep anything', async () => {
    const { client, transport } = await online()
    client.close()
    expect(transport.last.frames).toEqual([{ t: 'bye', acked: 1 }])
  })
  it('takes every listener off the page, and off what tells of its network', async () => {
    // Two may listen for the same.
    const listening = new Set<object>()
    const addEventListener = (_type: string, _hear: unknown, { signal }: AddEventListenerOptions) => {
      const one = {}
      listening.add(one)
      signal?.addEventListener('abort', () => listening.delete(one))
    }
    const page = { addEventListener, navigator: { connection: { addEventListener } as never } }
    const { client } = await dialled({ page })
    expect(listening.size).toBe(8)
    client.close()
    expect(listening.size).toBe(0)
  })
  it('takes every listener off the network that it was given, and the page is still looked at', async () => {
    const listening = new Set<object>()
    const on = () => {
      const one = {}
      listening.add(one)
      return () => void listening.delete(one)
    }
    const page = {
      addEventListener: (_type: string, _hear: unknown, { signal }: AddEventListenerOptions) =>
        signal?.addEventListener('abort', on()),
    }
    const { client } = await dialled({ page, network: { status: 'online', on } })
    expect(listening.size).toBe(4)
    client.close()
    expect(listening.size).toBe(0)
  })
})
