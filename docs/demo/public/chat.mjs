// A conversation as one person sees it. The page holds the last messages only; the log holds them all.
import { makeTick, mark } from './ticks.mjs'

const SHOWN = 200
/** Characters of one message. */
const MOST = 2_000
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const spaces = new Intl.NumberFormat('en')

/** Draws into `root` (a `.chat`), at most once a frame. */
export class Chat {
  /** In the order of the log, and behind it what is not in the log yet. */
  #heard = []
  #pending = new Map()
  #items = new Map()
  #earlier = 0
  #dirty = false
  /** The reader is at the end, and stays there when the box changes its height. */
  #sticks = true
  #scroll
  #list
  #note

  constructor(root, person) {
    this.#scroll = root.querySelector('.messages')
    this.#list = root.querySelector('.messages ol')
    this.#scroll.setAttribute('aria-label', `What ${person.name} sees`)
    this.#scroll.addEventListener('scroll', () => (this.#sticks = this.#isAtEnd), { passive: true })
    new ResizeObserver(() => this.#sticks && this.#toEnd()).observe(this.#scroll)
    person.addEventListener('said', ({ detail }) => this.#later(() => this.#pending.set(keyOf(detail), detail)))
    person.addEventListener('moved', ({ detail }) => this.#touch(detail))
    person.addEventListener('settled', ({ detail }) => this.#settle(detail))
    person.addEventListener('heard', ({ detail }) => this.#later(() => this.#hear(detail)))
    person.addEventListener('note', ({ detail }) => this.#later(() => this.#push(detail)))
    person.addEventListener('gap', ({ detail }) => this.#later(() => this.#gap(detail)))
  }

  #hear(entry) {
    const key = keyOf(entry)
    const own = this.#pending.get(key)
    this.#pending.delete(key)
    this.#push(own ? Object.assign(own, { time: entry.time }) : entry)
  }

  /** Of what goes to one person alone, the sender hears no more. */
  #settle(entry) {
    if (entry.to && entry.state !== 'failed') this.#later(() => this.#hear(entry))
    this.#touch(entry)
  }

  #gap({ from, to }) {
    this.#push({ run: 'gap', n: from, note: `The log no longer holds messages ${from} to ${to - 1}.` })
  }

  #push(entry) {
    this.#heard.push(entry)
    if (this.#heard.length <= SHOWN) return
    this.#heard.shift()
    this.#earlier += 1
  }

  #touch(entry) {
    this.#later(() => {
      const item = this.#items.get(keyOf(entry))
      if (item) show(item, entry)
    })
  }

  #later(change) {
    change()
    if (this.#dirty) return
    this.#dirty = true
    requestAnimationFrame(() => {
      this.#dirty = false
      this.#draw()
    })
  }

  #draw() {
    const list = this.#list
    const atEnd = this.#isAtEnd
    const all = [...this.#heard, ...this.#pending.values()]
    const shown = all.slice(-SHOWN)
    const keys = new Set(shown.map(keyOf))
    for (const [key, item] of this.#items) if (!keys.has(key)) this.#drop(key, item)
    let place = this.#header(this.#earlier + all.length - shown.length)
    shown.forEach((entry, at) => {
      const item = this.#item(entry)
      item.classList.toggle('follows', at > 0 && shown[at - 1].run === entry.run)
      if (item !== place) list.insertBefore(item, place)
      place = item.nextElementSibling
    })
    if (atEnd || shown.at(-1)?.own) this.#toEnd()
  }

  get #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll
    return scrollHeight - scrollTop - clientHeight < 60
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight
  }

  /** Says what is not shown; returns the place of the first message. */
  #header(hidden) {
    if (hidden > 0) {
      this.#note ??= this.#list.insertBefore(
        Object.assign(document.createElement('li'), { className: 'note' }),
        this.#list.firstChild,
      )
      this.#note.textContent = `${spaces.format(hidden)} earlier messages are in the log`
    }
    return this.#note ? this.#note.nextElementSibling : this.#list.firstElementChild
  }

  #item(entry) {
    const key = keyOf(entry)
    const item = this.#items.get(key) ?? (entry.note ? note(entry) : bubble(entry))
    this.#items.set(key, item)
    return item
  }

  #drop(key, item) {
    this.#items.delete(key)
    item.remove()
  }
}

const keyOf = ({ run, n }) => `${run} ${n}`

function note({ note: text }) {
  return Object.assign(document.createElement('li'), { className: 'note', textContent: text })
}

function bubble(entry) {
  const item = document.createElement('li')
  item.className = `message${entry.own ? ' own' : ''}${entry.to ? ' direct' : ''}`
  if (!entry.own || entry.to) item.append(part('span', 'name', addressOf(entry)))
  const foot = part('span', 'foot', '')
  foot.append(part('time', '', clock.format(entry.time)))
  if (entry.own) foot.append(makeTick())
  item.append(part('span', 'text', entry.text.length > MOST ? `${entry.text.slice(0, MOST)} …` : entry.text), foot)
  if (entry.own) show(item, entry)
  return item
}

const addressOf = ({ own, name, to }) => (own ? `to ${to}` : to ? `${name}, to ${to} alone` : name)

/** What people wrote goes in as text and nothing else. */
function part(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text })
}

function show(item, entry) {
  const { state, error } = entry
  mark(item, entry)
  if (state !== 'failed' || item.classList.contains('failed')) return
  item.classList.add('failed')
  item.append(part('span', 'error', `Not sent: ${error?.message ?? 'no reason given'}`))
}
