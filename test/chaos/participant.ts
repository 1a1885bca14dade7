// Somebody who takes part in a run: who it is, what it can be told, and where it notes what happens.
import { WebSocket } from 'ws'
import { createClient, longPoll, NetworkDetector, shortPoll, sse, webSocket } from '../../src/index.js'
import { createClock } from '../../src/shell/env.js'
import type { History } from './history.js'
import type { Member, RungName } from './scenario.js'
import { witness } from './witness.js'

export interface Seat {
  member: Member
  /** Asked on each dial. */
  url: () => string
  history: History
}

export interface Participant {
  /** @param bytes besides the number. */
  send(n: number, bytes: number): void
  /** Its facts are in the history. */
  report?(): Promise<void>
  /** The clock of its device is so much later, ms; its timers know nothing of it. */
  jump?(ms: number): void
  /** Its page hears this. */
  hear?(event: string): void
  /** Its page is hidden and frozen, or shown again. */
  freeze?(frozen: boolean): Promise<void>
  offline?(is: boolean): Promise<void>
  close(): Promise<void> | void
}

const transports: Record<RungName, () => ReturnType<typeof sse>> = {
  websocket: () => webSocket({ WebSocket: WebSocket as never }),
  sse: () => sse(),
  'long-poll': () => longPoll(),
  'short-poll': () => shortPoll(),
}

/** In Node, with default options. The device's clock and the page's events are in the run's hand. */
export function inNode({ member, url, history }: Seat): Participant {
  const clock = createClock()
  const page = Object.assign(new EventTarget(), { document: { visibilityState: 'visible' } })
  let slept = 0
  const now = (): number => clock.now() + slept
  const network = member.watchful ? new NetworkDetector({ page, env: { now, timer: clock.timer } }) : undefined
  const client = createClient({
    ...{ url, page, memory: false, env: { now } },
    transports: member.over.map((rung) => transports[rung]()),
    ...(network && { network }),
  })
  return {
    send: witness(client, member.name, (event) => history.note(event)),
    jump: (ms) => void (slept += ms),
    hear: (event) => void page.dispatchEvent(new Event(event)),
    close() {
      client.close()
      network?.close()
    },
  }
}
