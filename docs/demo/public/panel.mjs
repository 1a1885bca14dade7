// One person's panel: status in words, composer, buttons, instruments.
import { Chat } from './chat.mjs'
import { Company } from './company.mjs'
import { Ladder } from './ladder.mjs'
import { Plot } from './plot.mjs'
import { RUNGS } from './rungs.mjs'
import { plainly, write } from './words.mjs'

const titles = {
  connecting: 'Connecting',
  online: 'Online',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  closed: 'Closed',
}
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
  hourCycle: 'h23',
})
const plain = new Intl.NumberFormat('en')

const counters = [
  ['queued', 'queued'],
  ['in flight', 'inFlight'],
  ['resent', 'retransmits'],
  ['duplicates', 'duplicates'],
  ['reconnects', 'reconnects'],
  ['resend after', 'rto', (ms) => `${Math.round(ms)} ms`],
]

/** Draws what does not change by itself at once, and the rest with `draw`. */
export class Panel {
  root
  #person
  #part
  #plot
  #values
  #ladder
  #company

  /** @param friend somebody who can be written to alone */
  constructor(template, person, world, friend) {
    this.root = template.content.firstElementChild.cloneNode(true)
    this.#person = person
    this.#part = (selector) => this.root.querySelector(selector)
    this.#name()
    new Chat(this.#part('.chat'), person)
    this.#company = new Company(this.#part('.company'), person)
    this.#compose(friend)
    this.#ladder = new Ladder(this.root, person, world)
    this.#values = counters.map(([label]) => this.#counter(label))
    this.#plot = new Plot(this.#part('.plot'))
    person.addEventListener('change', () => this.#status())
    this.#status()
  }

  /** Instruments and countdown. */
  draw() {
    this.#say()
    this.#ladder.draw()
    this.#company.draw()
    const stats = this.#person.client.stats()
    counters.forEach(([, key, show = plain.format], at) => write(this.#values[at], show(stats[key] ?? 0)))
    write(this.#part('.waiting'), waiting(stats.queued))
    const online = this.#person.status === 'online'
    this.#plot.push(online ? stats.rtt : undefined)
    write(
      this.#part('.rtt'),
      online ? (stats.rtt === undefined ? 'not measured yet' : `${Math.round(stats.rtt)} ms`) : 'no link',
    )
  }

  drawLog() {
    if (!this.#part('.log').open) return
    const list = this.#part('.log ol')
    const entries = this.#person.client.explain()
    const latest = `${entries.length} ${entries.at(-1)?.time} ${entries.at(-1)?.what}`
    if (list.dataset.latest === latest) return
    list.dataset.latest = latest
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
    list.replaceChildren(...lines(entries))
    if (atEnd) list.scrollTop = list.scrollHeight
  }

  #name() {
    const { name, slug } = this.#person
    this.root.dataset.testid = slug
    this.root.setAttribute('aria-label', name)
    this.#part('.avatar').textContent = name[0]
    this.#part('h2').textContent = name
    const named = {
      '.pill': 'status',
      '.why': 'reason',
      '.next': 'next',
      '.messages': 'messages',
      '.composer input[name=text]': 'input',
      '.composer button': 'send',
      '.log': 'log',
    }
    for (const [selector, id] of Object.entries(named)) this.#part(selector).dataset.testid = `${slug}-${id}`
    for (const button of this.root.querySelectorAll('[data-fault]'))
      button.dataset.testid = `${slug}-${(button.dataset.box ?? button.dataset.fault).replace(':', '-')}`
  }

  #compose(friend) {
    const form = this.#part('.composer')
    const { text, to } = form.elements
    if (friend) this.#address(form, friend)
    else this.#part('.to').remove()
    text.setAttribute('aria-label', `Message from ${this.#person.name}`)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (text.value.trim()) this.#person.say(text.value.trim(), to?.value)
      text.value = ''
    })
  }

  /** Everybody, or one alone. */
  #address(form, { name, slug }) {
    const { slug: own } = this.#person
    const [all, alone] = form.elements.to
    alone.value = name
    alone.nextElementSibling.textContent = name
    all.dataset.testid = `${own}-to-all`
    alone.dataset.testid = `${own}-to-${slug}`
    for (const choice of [all, alone]) choice.addEventListener('change', () => this.#invite(form))
    this.#invite(form)
  }

  #invite({ elements: { text, to } }) {
    text.placeholder = to.value ? `Message to ${to.value} alone` : 'Message'
  }

  #counter(label) {
    const row = document.createElement('div')
    const value = document.createElement('dd')
    row.append(Object.assign(document.createElement('dt'), { textContent: label }), value)
    this.#part('.counters').append(row)
    value.dataset.testid = `${this.#person.slug}-${label.replaceAll(' ', '-')}`
    return value
  }

  #status() {
    const { status } = this.#person
    this.root.dataset.status = status
    write(this.#part('.pill'), titles[status])
    this.#say()
  }

  #say() {
    write(this.#part('.why'), this.#why(this.#person))
    write(this.#part('.next'), this.#next(this.#person))
  }

  #why({ status, reason, cable }) {
    if (status === 'online') return `last heard ${((performance.now() - cable.heardAt) / 1000).toFixed(1)} s ago`
    return plainly(reason) || (status === 'connecting' ? 'for the first time' : 'the link was lost')
  }

  #next({ status, retryAt }) {
    if (status === 'offline') return 'waiting for the network'
    if (!['reconnecting', 'connecting'].includes(status) || retryAt === undefined) return ''
    const left = retryAt - performance.now()
    return left > 0 ? `next try in ${(left / 1000).toFixed(1)} s` : 'trying now'
  }
}

const waiting = (count) => `${count === 0 ? 'nothing' : plain.format(count)} waiting`

/** The client's words. Where it says what carries now, an arrow says whether that is up or down. */
function lines(entries) {
  let before = -1
  return entries.map(({ time, what }) => {
    const item = document.createElement('li')
    item.append(Object.assign(document.createElement('time'), { textContent: clock.format(time) }), ` ${what}`)
    const rung = RUNGS.indexOf(/^over ([\w-]+)/.exec(what)?.[1])
    if (rung >= 0 && before >= 0 && rung !== before) item.dataset.step = rung > before ? 'down' : 'up'
    if (rung >= 0) before = rung
    return item
  })
}
