// Somebody with a phone that can be put away: its page is closed, and what comes meanwhile waits on the server.
import { Chat } from './chat.mjs'
import { inboxOf, ROOM } from './person.mjs'
import { counted, write } from './words.mjs'

const titles = {
  connecting: 'Connecting',
  online: 'Online',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  away: 'Away',
}

export class Pocket {
  root
  #person
  #world
  #witness
  #part

  /** @param witness somebody who sees from outside how the person is there */
  constructor(root, person, { world, witness }) {
    this.root = root
    this.#person = person
    this.#world = world
    this.#witness = witness
    this.#part = (selector) => root.querySelector(selector)
    this.#part('.avatar').textContent = person.name[0]
    this.#part('h2').textContent = person.name
    new Chat(this.#part('.chat'), person)
    const named = { '.pill': 'status', '.messages': 'messages', '.pocket-switch': 'phone', '.pocket-words': 'words' }
    for (const [selector, id] of Object.entries(named)) this.#part(selector).dataset.testid = `${person.slug}-${id}`
    this.#part('.waits b').dataset.testid = `${person.slug}-waiting`
    this.#part('.pocket-switch').setAttribute('aria-label', `Put ${person.name}’s phone away`)
    this.#part('.pocket-switch').addEventListener('click', () => this.#switch())
    person.addEventListener('change', () => this.draw())
    this.draw()
  }

  /** How many messages wait while nobody is there to get them. */
  get missed() {
    const { alone, all } = this.#waiting
    return this.#person.isAway ? alone + all : 0
  }

  /** What is in the logs and was not heard by this person: for them alone, and for everybody. */
  get #waiting() {
    const { heads: heard, client, name } = this.#person
    const { heads, reached } = this.#world.state
    // An acknowledgement may not have left in time: then the server knows less than this person.
    const has = (ch) => Math.max(heard[ch] ?? 0, reached[client.id]?.[ch] ?? 0)
    const missed = (ch) => Math.max(0, (heads[ch] ?? 0) - has(ch))
    return { alone: missed(inboxOf(name)), all: missed(ROOM) }
  }

  #switch() {
    const person = this.#person
    if (!person.isAway) return person.putAway()
    const { alone, all } = this.#waiting
    if (alone + all) person.note(`${counted(alone + all, 'message')} waited for ${person.name}`)
    person.takeOut()
  }

  draw() {
    const { status, isAway, name } = this.#person
    const { alone, all } = this.#waiting
    this.root.dataset.status = status
    write(this.#part('.pill'), titles[status])
    write(this.#part('.pocket-switch'), isAway ? 'Take it out' : 'Put phone away')
    this.#part('.pocket-switch').setAttribute('aria-pressed', String(isAway))
    write(this.#part('.pocket-words'), isAway ? this.#seen() : '')
    this.#part('.waits').hidden = !isAway
    this.#part('.messages').inert = isAway
    write(this.#part('.waits b'), String(alone + all))
    write(this.#part('.waits span'), alone + all === 1 ? 'message waits on the server' : 'messages wait on the server')
    write(this.#part('.waits small'), `${alone} for ${name} alone, ${all} in the ${ROOM}`)
  }

  #seen() {
    const { name } = this.#person
    const { presence } = this.#witness.presence.users.find(({ user }) => user === name) ?? {}
    if (presence === 'offline') return 'Her page is closed. The others see her offline.'
    return 'Her page is closed. The others see her online for a while: she may be right back.'
  }
}
