// Both sides in Node, each in a process of its own, with a network between them that is cut.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { FaultProxy } from '../support/proxy.js'
import { start, startServer } from './processes.js'
import type { Usage } from './usage.js'
import type { Share, Word, Work } from './words.js'

export interface Row {
  what: 'reconnects' | 'messages'
  share: Share
  clients: Usage
  server: Usage
}

/** Ends by an error when the clients' process ends before its work does. */
export async function inNode(work: Work): Promise<Row[]> {
  const server = await startServer()
  const wire = await FaultProxy.open(() => server.port)
  const ports = JSON.stringify([server.port, wire.port])
  const clients = await start('clients', { WORK: JSON.stringify(work), PORTS: ports })
  try {
    return await follow(clients.child, server.child, wire)
  } finally {
    clients.stop()
    server.stop()
    await wire.close()
  }
}

function follow(clients: ChildProcess, server: ChildProcess, wire: FaultProxy): Promise<Row[]> {
  const rows: Row[] = []
  const hear = async (word: Word): Promise<boolean> => {
    wire.passed.length = 0
    if (word.say === 'cut') wire.suffer('rst')
    if (word.say !== 'done') return word.say === 'end'
    server.send('measure')
    const [usage] = (await once(server, 'message')) as [Usage]
    const row = { what: word.what, share: word.share, clients: word.usage, server: usage }
    console.log(JSON.stringify(row))
    rows.push(row)
    clients.send('go on')
    return false
  }
  return new Promise((resolve, reject) => {
    clients.on('message', (word: Word) => void hear(word).then((end) => end && resolve(rows), reject))
    clients.once('exit', () => reject(new Error('the clients ended before their work')))
  })
}
