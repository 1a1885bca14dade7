import { dialogues } from './dialogues.js'
import type { Dialogue, Happening, Memory } from './dialogue.js'

/** How far a dialogue has come with one client. */
interface Play {
  dialogue: Dialogue
  step: number
  memory: Memory
  /** Happenings since it began. */
  age: number
}

/** What a dialogue may take, happenings of its client: one that stands still shall not hide the next. */
const PATIENCE = 300

/** Follows every client through every dialogue that this world has not shown yet. */
export class Plays {
  readonly seen = new Set<string>()
  readonly #clients = new Map<string, Play[]>()

  happened(client: string, what: Happening): void {
    let plays = this.#clients.get(client)
    if (!plays) this.#clients.set(client, (plays = dialogues.map(begin)))
    let done = false
    for (const play of plays) done = follow(play, what) || done
    if (!done) return
    for (const { dialogue, step } of plays) if (step === dialogue.steps.length) this.seen.add(dialogue.name)
    for (const [name, list] of this.#clients)
      this.#clients.set(
        name,
        list.filter((one) => !this.seen.has(one.dialogue.name)),
      )
  }

  /** To all clients at once. */
  happenedToAll(what: Happening): void {
    for (const client of [...this.#clients.keys()]) this.happened(client, what)
  }
}

export const begin = (dialogue: Dialogue): Play => ({ dialogue, step: 0, memory: {}, age: 0 })

/** Says whether that was the end of it. */
export function follow(play: Play, what: Happening): boolean {
  const { dialogue } = play
  if (play.step && (++play.age > PATIENCE || dialogue.unless?.(what, play.memory, play.step))) restart(play)
  if (dialogue.steps[play.step]?.(what, play.memory)) play.step++
  else if (play.step === 1) {
    // It has only begun: the latest beginning is the one to go on from.
    const memory: Memory = {}
    if (dialogue.steps[0]?.(what, memory)) Object.assign(play, { memory, age: 0 })
  }
  return play.step === dialogue.steps.length
}

function restart(play: Play): void {
  Object.assign(play, { step: 0, memory: {}, age: 0 })
}
