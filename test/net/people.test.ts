// People, over real connections: who is away, who has what, who is there. On every transport alike.
import { afterEach, describe, expect, it } from 'vitest'
import type { Client, CreateClientOptions, OutgoingMessage } from '../../src/index.js'
import { storedSession } from '../../src/index.js'
import { rungs } from '../support/rungs.js'
import { clientOf as clientOver, Ear, later, leaveAll, proxyTo, range, Site, when } from '../support/servers.js'

afterEach(leaveAll)

/** A token is a name here. */
const trusting = { authenticate: ({ token }: { token?: string | undefined }) => token ?? null }

const untilState = (message: OutgoingMessage, wanted: string): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => {
      if (message.state === wanted) resolve()
    }
    message.on('state', check)
    check()
  })

/** What a page keeps for the next one. */
function drawer() {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  }
  return storedSession(storage, 'bob')
}

/** A page's events, in the test's hand. */
class Page extends EventTarget {
  readonly document = { visibilityState: 'visible' }

  hide(): void {
    this.dispatchEvent(new Event('pagehide'))
  }
}

describe.each(rungs)('over $name', ({ over }) => {
  const clientOf = (site: Site, user: string, options: Partial<CreateClientOptions> = {}) =>
    clientOver(site.port, { transports: [over()], token: user, ...options })

  it('a message for somebody who was never there is stored, pulled in order, deleted and then delivered', async () => {
    const site = await Site.open({ ...trusting, pushWindow: 8 })
    const ann = clientOf(site, 'ann')
    const sent = range(0, 50).map((n) => ann.channel('@bob').send(n))
    await Promise.all(sent.map((message) => untilState(message, 'stored')))
    const bob = clientOf(site, 'bob')
    const heard = new Ear(bob, 'last', '@bob')
    await heard.count(50)
    expect(heard.bodies).toEqual(range(0, 50))
    const deliveries = await Promise.all(sent.map(({ delivered }) => delivered))
    expect(deliveries.every(({ count, of, by }) => count === 1 && of === 1 && by?.user === 'bob')).toBe(true)
    expect(new Set(sent.map(({ state }) => state))).toEqual(new Set(['delivered']))
    // What all his devices have is kept nowhere.
    const { entries, oldest, next } = await bob.channel('@bob').history()
    expect({ entries, oldest, next }).toEqual({ entries: [], oldest: 51, next: 51 })
  })

  it('two devices of one person both receive, and what one lacks is kept for it', async () => {
    const site = await Site.open(trusting)
    const [ann, desk, phone] = ['ann', 'bob', 'bob'].map((user) => clientOf(site, user)) as [Client, Client, Client]
    const [onDesk, onPhone] = [new Ear(desk, 'last', '@bob'), new Ear(phone, 'last', '@bob')]
    await Promise.all([desk, phone].map((client) => when(client, 'online')))
    await ann.channel('@bob').send('one').delivered
    await Promise.all([onDesk.count(1), onPhone.count(1)])
    expect([onDesk.bodies, onPhone.bodies]).toEqual([['one'], ['one']])
  })

  it('a sender who was cut off learns what was delivered meanwhile', async () => {
    const site = await Site.open(trusting)
    const [ann, bob] = [clientOf(site, 'ann'), clientOf(site, 'bob')]
    const message = ann.channel('room').send('hi')
    await message.accepted
    const heard = new Ear(bob, 'oldest')
    ann.reconnect()
    await heard.count(1)
    expect(await message.delivered).toMatchObject({ count: 1, of: 1, by: { user: 'bob', client: bob.id } })
  })

  it('a group counts: the sender knows how many of how many', async () => {
    const site = await Site.open(trusting)
    const ann = clientOf(site, 'ann')
    const others = ['bob', 'cid', 'dan'].map((user) => clientOf(site, user))
    for (const one of others) new Ear(one, 'oldest')
    const presence = ann.presence('room')
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (presence.list.length === 3) resolve()
      }
      presence.on('change', check)
      check()
    })
    const message = ann.channel('room').send('hi all')
    await new Promise<void>((resolve) => {
      message.on('receipt', ({ count, of }) => {
        if (count === 3 && of === 3) resolve()
      })
    })
    expect(message.receipt).toMatchObject({ count: 3, of: 3 })
  })

  it('a page that is loaded again is the same device: it goes on where it was, and its messages keep their order', async () => {
    const site = await Site.open(trusting)
    const ann = clientOf(site, 'ann')
    const [session, page] = [drawer(), new Page()]
    const first = clientOf(site, 'bob', { session, page })
    const before = new Ear(first, 'oldest')
    await when(first, 'online')
    await Promise.all(range(0, 10).map((n) => ann.channel('room').send(n).accepted))
    await before.count(10)
    const words = range(0, 20).map((n) => first.channel('hall').send(n))
    await words[0]?.accepted
    page.hide()
    const second = clientOf(site, 'bob', { session, page: new Page() })
    expect(second.id).toBe(first.id)
    await Promise.all(range(10, 20).map((n) => ann.channel('room').send(n).accepted))
    const after = new Ear(second, 'last')
    second.channel('hall').send(20)
    await after.count(10)
    expect(after.bodies).toEqual(range(10, 20))
    const hall = new Ear(ann, 'oldest', 'hall')
    await hall.count(21)
    expect(hall.bodies).toEqual(range(0, 21))
  })

  it('presence: who comes, who closes, and who only reconnects', async () => {
    const site = await Site.open({ ...trusting, idle: 5_000 })
    const [ann, bob] = [clientOf(site, 'ann'), clientOf(site, 'bob')]
    new Ear(bob, 'now')
    await when(bob, 'online')
    const presence = ann.presence('room')
    later(() => presence.stop())
    const seen: string[] = []
    const until = (word: string): Promise<void> =>
      new Promise((resolve) => {
        const check = (): void => {
          if (seen.includes(word)) resolve()
        }
        presence.on('change', check)
        check()
      })
    presence.on('change', ({ changed, left }) => {
      seen.push(...changed.map(({ user, presence: how }) => `${user} ${how}`))
      seen.push(...left.map((client) => (client === bob.id ? 'bob left' : client)))
    })
    await until('bob online')
    bob.reconnect()
    await when(bob, 'online')
    const cid = clientOf(site, 'cid')
    new Ear(cid, 'now')
    await until('cid online')
    expect(seen.filter((word) => word.startsWith('bob'))).not.toContain('bob offline')
    bob.close()
    await until('bob left')
    expect(presence.users.map(({ user }) => user)).toEqual(['cid'])
  })

  it('somebody else has no business in an inbox, and nothing is changed by asking', async () => {
    const site = await Site.open(trusting)
    const [ann, eve, bob] = ['ann', 'eve', 'bob'].map((user) => clientOf(site, user)) as [Client, Client, Client]
    const message = ann.channel('@bob').send('for bob')
    await message.accepted
    const refused = new Promise<Error>((resolve) => eve.channel('@bob').on('error', resolve))
    const overheard = new Ear(eve, 'oldest', '@bob')
    expect(await refused).toMatchObject({ code: 'forbidden' })
    await expect(eve.channel('@bob').history()).rejects.toMatchObject({ code: 'forbidden' })
    expect(overheard.bodies).toEqual([])
    expect(message.state).toBe('stored')
    const heard = new Ear(bob, 'last', '@bob')
    await heard.count(1)
    expect(await message.delivered).toMatchObject({ count: 1, of: 1 })
  })
})

it('one that is cut is missed as soon as the server is told to miss it', async () => {
  const site = await Site.open({ ...trusting, presenceGrace: 0 })
  const wire = await proxyTo(() => site.port)
  const [ann, bob] = [clientOver(site.port, { token: 'ann' }), clientOver(wire.port, { token: 'bob' })]
  new Ear(bob, 'now')
  await when(bob, 'online')
  const presence = ann.presence('room')
  const is = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (presence.users.some(({ user, presence: how }) => user === 'bob' && how === wanted)) resolve()
      }
      presence.on('change', check)
      check()
    })
  await is('online')
  wire.reception = 'refuse'
  wire.suffer('rst')
  await is('offline')
}, 6_000)
