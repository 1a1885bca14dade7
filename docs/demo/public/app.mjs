// The page: who is there, what is drawn when, which button does what.
import { FaultWatch } from './faults.mjs'
import { Panel } from './panel.mjs'
import { Person } from './person.mjs'
import { Pocket } from './pocket.mjs'
import { BLOCKS } from './rungs.mjs'
import { Score } from './score.mjs'
import { drawServer, Wire } from './stage.mjs'
import { startTalk } from './talk.mjs'
import { write } from './words.mjs'
import { World } from './world.mjs'

const find = (selector) => document.querySelector(selector)
const TOGETHER = ['Ada', 'Ben']
/** Has a phone that can be put away. */
const FRIEND = 'Cleo'
const STRANGERS = ['Dora', 'Emil', 'Finn', 'Greta', 'Hugo', 'Ines', 'Jon']

/* global Holdfast */

const asked = nameIn(new URLSearchParams(location.search).get('name'))
const people = (asked ? [asked] : TOGETHER).map((name) => new Person(name))
const friend = asked ? undefined : new Person(FRIEND, Holdfast.tabSession(FRIEND))
const everybody = friend ? [...people, friend] : people
const world = new World()
const score = new Score()
const watch = new FaultWatch()
/** For a developer at the console. */
window.demo = { people, friend, world, score, watch }

document.body.classList.toggle('alone', people.length === 1)
for (const person of everybody) {
  score.watch(
    person,
    everybody.filter((other) => other !== person),
  )
}
const pocket = friend && new Pocket(find('.pocket'), friend, { world, witness: people[0] })
if (!pocket) find('.pocket').remove()
const sides = ['left', 'right', 'third']
const sideOf = (at) => {
  const side = find('#side').content.firstElementChild.cloneNode(true)
  side.classList.add(sides[at])
  if (at === 0) find('.stage').prepend(side)
  else find('.stage').append(side)
  return side
}
const views = people.map((person, at) => {
  const side = sideOf(at)
  const panel = new Panel(find('#panel'), person, world, friend)
  find('.people').append(panel.root)
  person.addEventListener('change', () => watch.look())
  return { person, panel, side, wire: new Wire(side, person, world) }
})
const pocketSide = pocket && sideOf(2)
const pocketWire = pocket && new Wire(pocketSide, friend, world)

const presses = {
  kill: () => (world.state.server.up ? order('kill', people) : world.order('restart')),
  blackhole: ({ person }) => order('blackhole', [person]),
  refuse: ({ person }) => (world.peer(person.peer).refusing ? heal(person) : order('refuse', [person])),
  offline({ person }) {
    if (person.cable.plugged) {
      watch.begin('offline', [person])
      person.cable.unplug()
    } else {
      watch.lift('offline')
      person.cable.plug()
    }
    light()
  },
  'lose-acks': ({ person }) => order('lose-acks', [person], { count: 3 }),
  box({ person }, button) {
    const [part, mode] = button.dataset.box.split(':')
    return world.peer(person.peer).box[part] === mode ? unblock(person, part, mode) : block(person, part, mode)
  },
  flood({ person }) {
    watch.begin('flood', [person])
    for (let n = 1; n <= 1_000; n++) person.say(`Flood, ${n.toLocaleString('en')} of 1,000`)
    light()
  },
}

/** Letters and no control characters, which no token may have. */
function nameIn(text) {
  return [...(text ?? '').replace(/\p{C}/gu, '').trim()].slice(0, 12).join('')
}

function order(fault, who, what = {}) {
  watch.begin(fault, who)
  return world.order(fault, fault === 'kill' ? what : { peer: who[0].peer, ...what })
}

async function heal(person) {
  await world.order('heal', { peer: person.peer })
  watch.lift('refuse')
}

function block(person, part, mode) {
  watch.beginBlock(BLOCKS[`${part}:${mode}`], person)
  return world.order('box', { peer: person.peer, part, mode })
}

async function unblock(person, part, mode) {
  watch.liftBlock(BLOCKS[`${part}:${mode}`], person)
  await world.order('box', { peer: person.peer, part, mode: 'pass' })
  person.cable.renew()
}

/** A button is lit while what it did lasts. */
function light() {
  const lit = ({ person }) => {
    const { links, silent, refusing, acksToLose } = world.peer(person.peer)
    const { transport } = person.client
    const { queued, inFlight } = person.client.stats()
    return {
      blackhole: silent > 0 && links === 0 && transport !== undefined,
      refuse: refusing,
      offline: !person.cable.plugged,
      'lose-acks': acksToLose > 0,
      flood: queued + inFlight > 100,
    }
  }
  for (const view of views) {
    for (const [fault, on] of Object.entries(lit(view))) {
      view.panel.root.querySelector(`[data-fault=${fault}]`).setAttribute('aria-pressed', String(on))
    }
    const { box } = world.peer(view.person.peer)
    for (const button of view.panel.root.querySelectorAll('[data-box]')) {
      const [part, mode] = button.dataset.box.split(':')
      button.setAttribute('aria-pressed', String(box[part] === mode))
    }
  }
  find('[data-fault=kill]').toggleAttribute('data-lit', !world.state.server.up)
}

function drawScore() {
  for (const cell of document.querySelectorAll('[data-score]')) {
    const value = score[cell.dataset.score]
    const text = value.toLocaleString('en')
    if (cell.textContent !== text) cell.textContent = text
    if (cell.closest('.promise')) cell.toggleAttribute('data-broken', value > 0)
  }
}

function connectButtons() {
  for (const view of [{ panel: { root: find('.hub') } }, ...views]) {
    for (const button of view.panel.root.querySelectorAll('[data-fault]')) {
      button.addEventListener('click', () => presses[button.dataset.fault](view, button))
    }
  }
  const talk = find('#talk')
  let stop
  talk.addEventListener('click', () => {
    if (stop) stop = stop()
    else stop = startTalk(people)
    talk.setAttribute('aria-pressed', String(Boolean(stop)))
  })
  const another = find('#another')
  const strangers = STRANGERS.filter((name) => name !== asked)
  const invite = () => {
    strangers.push(strangers[0])
    another.href = `?name=${strangers.shift()}`
  }
  another.addEventListener('click', () => setTimeout(invite))
  invite()
}

/** What waits for somebody who is away, at that person's tab. */
const missed = document.createElement('b')

/** A phone shows one person at a time. */
function addSwitcher() {
  const nav = find('.switcher')
  nav.hidden = people.length === 1
  const shows = views.map(({ person, panel, side }) => ({ person, parts: [panel.root, side] }))
  if (pocket) shows.push({ person: friend, parts: [pocket.root, pocketSide] })
  const show = (shown) => {
    shows.forEach(({ parts }, at) => {
      for (const part of parts) part.classList.toggle('unseen', at !== shown)
      nav.children[at].setAttribute('aria-pressed', String(at === shown))
    })
  }
  shows.forEach(({ person: { name, slug } }, at) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: name })
    button.dataset.testid = `show-${slug}`
    button.addEventListener('click', () => show(at))
    nav.append(button)
  })
  if (pocket) nav.lastChild.append(missed)
  show(0)
}

world.addEventListener('change', ({ detail: before }) => {
  const { server, may } = world.state
  if (server.up && before.server.starts !== server.starts) watch.lift('kill')
  for (const person of everybody) if (world.hasEaten(person.peer, before)) watch.ackLost(person)
  drawServer(find('.hub'), world)
  for (const button of document.querySelectorAll('[data-fault]:not([data-fault=flood], [data-fault=offline])')) {
    button.disabled = !may
    button.title = may ? '' : 'Only in a browser on the machine that runs the demo'
  }
  light()
})
watch.addEventListener('change', () => {
  const [what, then] = watch.words()
  find('.last-fault').replaceChildren(Object.assign(document.createElement('b'), { textContent: what }), `: ${then}`)
})

connectButtons()
addSwitcher()
setInterval(() => {
  for (const { panel, wire } of views) {
    panel.draw()
    wire.draw()
  }
  pocket?.draw()
  pocketWire?.draw()
  write(missed, pocket?.missed ? String(pocket.missed) : '')
  drawServer(find('.hub'), world)
  watch.look()
  drawScore()
  light()
}, 200)
setInterval(() => views.forEach(({ panel }) => panel.drawLog()), 500)
