import type { BrowserContext, Page } from 'playwright-core'
import { urlOf } from './backend.js'
import { enter, type Settings } from './chat.js'
import type { Stand } from './stand.js'
import { FaultProxy } from '../../support/proxy.js'

/** Somebody at a browser of their own, with a network of their own. */
export interface Person {
  name: string
  page: Page
  context: BrowserContext
  wire: FaultProxy
}

/** Rooms with people in them. */
export class Stage {
  readonly #stand: Stand
  #people: Person[] = []
  #rooms = 0

  constructor(stand: Stand) {
    this.#stand = stand
  }

  /** Ann and Bob, online in a room that nobody was in before. */
  async meet(settings: Settings = {}): Promise<[Person, Person]> {
    const room = `room ${++this.#rooms}`
    const people = await Promise.all([this.#invite('ann', room, settings), this.#invite('bob', room, settings)])
    this.#people.push(...people)
    return people
  }

  /** Everybody goes home. */
  async clear(): Promise<void> {
    const people = this.#people
    this.#people = []
    await Promise.all(people.map(({ context }) => context.close()))
    await Promise.all(people.map(({ wire }) => wire.close()))
  }

  async #invite(name: string, room: string, settings: Settings): Promise<Person> {
    const wire = await FaultProxy.open(() => this.#stand.backend.port)
    const context = await this.#stand.browser.newContext()
    await context.addInitScript(() => {
      globalThis.sockets = []
      globalThis.WebSocket = class extends WebSocket {
        constructor(...args: ConstructorParameters<typeof WebSocket>) {
          super(...args)
          sockets.push(this)
          this.addEventListener('close', () => (this.ended = true))
        }
        ended = false
      }
    })
    const page = await context.newPage()
    await page.goto(`${this.#stand.site.url}/umd.min`)
    await enter(page, urlOf(wire), name, room, settings)
    return { name, page, context, wire }
  }
}

declare global {
  /** Every native socket of the page; `ended` once its close event has come. */

  var sockets: (WebSocket & { ended: boolean })[]
}
