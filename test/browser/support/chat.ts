import type { CreateClientOptions } from '../../../src/index.js'
import type * as Umd from '../../../src/umd.js'

/** What the page keeps about itself. Times are of its own clock, ms. */
interface Chat {
  client: Umd.Client
  room: Umd.Channel<string>
  name: string
  said: number
  /** What the others said. */
  heard: string[]
  accepted: number
  failed: string[]
  statuses: { status: Umd.Status; reason: string; at: number }[]
  /** What carried it, one after the other. */
  transports: string[]
}

declare global {
  var Holdfast: typeof Umd

  var chat: Chat
}

/** A page, whoever drives it. */
export interface Tab {
  evaluate<R, A>(work: (arg: A) => R | Promise<R>, arg: A): Promise<R>
  evaluate<R>(work: () => R | Promise<R>): Promise<R>
  waitForFunction<A>(test: (arg: A) => unknown, arg: A, options?: { timeout?: number }): Promise<unknown>
  waitForFunction(test: () => unknown): Promise<unknown>
}

/** The transports there are, by the names that they tell. */
export const rungs = ['websocket', 'sse', 'long-poll', 'short-poll'] as const
export type RungName = (typeof rungs)[number]

export type Settings = Pick<CreateClientOptions, 'heartbeat' | 'reconnect'> & {
  /** Default: all. */
  transports?: readonly RungName[]
  token?: string
  credentials?: RequestCredentials
  /** Its name, and reading goes on where it was. Default: none. */
  session?: string
  /** Whether it waits until it is online. Default: true. */
  waits?: boolean
}

/** Opens a client in the page and listens to the room from its beginning. */
export async function enter(page: Tab, url: string, name: string, room: string, settings: Settings = {}) {
  const { waits = true, ...rest } = settings
  await page.evaluate(
    ({ url, name, room, settings: { transports, credentials, session, ...settings } }) => {
      const options = credentials ? { credentials } : {}
      const made = {
        websocket: () => Holdfast.webSocket(),
        sse: () => Holdfast.sse(options),
        'long-poll': () => Holdfast.longPoll(options),
        'short-poll': () => Holdfast.shortPoll({ ...options, interval: 200 }),
      }
      const client = Holdfast.createClient({
        ...{ url, ...settings },
        ...(transports && { transports: transports.map((name) => made[name]()) }),
        ...(session !== undefined && { session: Holdfast.tabSession(session) }),
      })
      const chat: Chat = {
        ...{ client, name, room: client.channel<string>(room), said: 0, heard: [], accepted: 0 },
        ...{ failed: [], statuses: [], transports: [] },
      }
      globalThis.chat = chat
      client.on('transport', ({ transport }) => chat.transports.push(transport))
      client.on('status', ({ status, reason }) => chat.statuses.push({ status, reason, at: performance.now() }))
      const from = session === undefined ? 'oldest' : 'last'
      chat.room.on('message', ({ body, own }) => void (own || chat.heard.push(body)), { from })
      chat.room.on('gap', ({ from, to }) => chat.heard.push(`gap ${from} ${to}`))
    },
    { url, name, room, settings: rest },
  )
  if (waits) await status(page, 'online')
}

/** Sends `<name> 1`, `<name> 2` …, counting on where it stopped. */
export const say = (page: Tab, count = 1) =>
  page.evaluate((count) => {
    for (let i = 0; i < count; i++)
      chat.room.send(`${chat.name} ${++chat.said}`).accepted.then(
        () => chat.accepted++,
        (error: Error) => chat.failed.push(error.message),
      )
  }, count)

export const counted = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name} ${at + 1}`)

export const heard = (page: Tab, count: number) =>
  page.waitForFunction((count) => chat.heard.length >= count, count).then(() => page.evaluate(() => chat.heard))

export const accepted = (page: Tab) =>
  page
    .waitForFunction(() => chat.accepted + chat.failed.length === chat.said)
    .then(() => page.evaluate(() => chat.failed))

/** Waits for the page to say so. */
export const status = (page: Tab, wanted: Umd.Status, timeout = 20_000) =>
  page.waitForFunction((wanted) => chat.client.status === wanted, wanted, { timeout })

/** Waits until it is in service on another link than the first, and so many links later at the least. */
export const reconnected = (page: Tab, times: number) =>
  page.waitForFunction((times) => chat.client.status === 'online' && chat.client.stats().reconnects >= times, times)

export const now = (page: Tab) => page.evaluate(() => performance.now())

/** How long after `since` the page first said something other than `online`, ms. */
export async function noticed(page: Tab, since: number): Promise<number> {
  await page.waitForFunction(
    (since) => chat.statuses.some(({ status, at }) => at > since && status !== 'online'),
    since,
  )
  return page.evaluate(
    (since) => (chat.statuses.find(({ status, at }) => at > since && status !== 'online')?.at ?? 0) - since,
    since,
  )
}
