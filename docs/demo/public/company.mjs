// Who else is in the room, as one person's client knows it.
import { ROOM } from './person.mjs'
import { write } from './words.mjs'

/** More would be a crowd: it is counted. */
const SHOWN = 5
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** Draws into a list: a person, how they are there, and since when not. */
export class Company {
  #list
  #person
  #items = new Map()
  #rest = Object.assign(document.createElement('li'), { className: 'rest' })

  constructor(list, person) {
    this.#list = list
    this.#person = person
    list.dataset.testid = `${person.slug}-company`
    list.setAttribute('aria-label', `Who else is in the ${ROOM}, as ${person.name} sees it`)
    person.addEventListener('present', () => this.draw())
  }

  draw() {
    const { presence, name, status } = this.#person
    const others = presence.users.filter(({ user }) => user !== name).sort(first)
    const shown = others.slice(0, SHOWN).sort((a, b) => a.user.localeCompare(b.user))
    for (const [user, item] of this.#items) if (!shown.some((one) => one.user === user)) this.#drop(user, item)
    shown.forEach((other, at) => this.#show(other, at))
    const rest = others.length - shown.length
    write(this.#rest, rest ? `and ${rest} more` : '')
    if (rest) this.#list.append(this.#rest)
    else this.#rest.remove()
    // Without a link it is what was known last.
    this.#list.toggleAttribute('data-old', status !== 'online')
  }

  #show({ user, presence, time }, at) {
    const item = this.#items.get(user) ?? this.#add(user)
    if (this.#list.children[at] !== item) this.#list.insertBefore(item, this.#list.children[at] ?? null)
    item.dataset.presence = presence
    write(
      item.lastChild,
      presence === 'online' ? 'online' : `${presence === 'away' ? 'away, seen' : 'last seen'} ${ago(time)}`,
    )
  }

  #add(user) {
    const item = document.createElement('li')
    item.append(
      Object.assign(document.createElement('b'), { textContent: user || 'somebody' }),
      ' ',
      document.createElement('span'),
    )
    this.#items.set(user, item)
    return item
  }

  #drop(user, item) {
    this.#items.delete(user)
    item.remove()
  }
}

const ranks = ['online', 'away', 'offline']
const first = (a, b) => ranks.indexOf(a.presence) - ranks.indexOf(b.presence) || b.time - a.time

/** The clock is the server's: it may be a little ahead. */
function ago(time) {
  const seconds = (Date.now() - time) / 1_000
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min ago` : `at ${clock.format(time)}`
}
