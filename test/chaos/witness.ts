// What a client of the library does, told in the words of the history. It runs in Node and in pages.
import type { Client } from '../../src/index.js'
import type { Event } from './history.js'

/** What a message says: who has sent it, and its number. */
export interface Word {
  by: string
  n: number
  /** What makes it large. */
  fill?: string
}

/** A word that has so many bytes besides. */
export type Say = (n: number, bytes: number) => void

const ROOM = 'room'

/** Of all other failures it is certain that nobody will get the message. */
const UNSURE = ['in-doubt', 'undelivered', 'untold']

/** Lets the client read the room from its beginning, and notes all that happens to it; returns how to let it say a word. */
export function witness(client: Client, name: string, note: (event: Event) => void): Say {
  note({ is: 'joined', client: name, id: client.id })
  note({ is: 'status', client: name, status: client.status, reason: '' })
  client.on('status', ({ status, reason }) => note({ is: 'status', client: name, status, reason }))
  client.on('transport', ({ transport }) => note({ is: 'transport', client: name, transport }))
  client.on('error', (error) => note({ is: 'error', client: name, text: String(error) }))
  const room = client.channel<Word>(ROOM)
  room.on('gap', ({ from, to }) => note({ is: 'gap', client: name, from, to }))
  room.on('error', (error) => note({ is: 'error', client: name, text: String(error) }))
  room.on('message', ({ body: { by, n }, offset }) => note({ is: 'message', client: name, from: by, n, offset }), {
    from: 'oldest',
  })
  return (n, bytes) => {
    note({ is: 'sent', client: name, n })
    const message = room.send({ by: name, n, ...(bytes > 0 && { fill: 'x'.repeat(bytes) }) })
    message.on('receipt', ({ count, by }) => note({ is: 'receipt', client: name, n, count, by: by?.client }))
    message.accepted.then(
      () => note({ is: 'accepted', client: name, n }),
      ({ code }: { code: string }) => note({ is: 'failed', client: name, n, code, sure: !UNSURE.includes(code) }),
    )
  }
}
