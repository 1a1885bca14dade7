// What runs in the page: a client, and the notes of it until the run fetches them.
import { createClient } from '../../src/index.js'
import type { Fact } from './history.js'
import { type Say, witness } from './witness.js'

const notes: Fact[] = []

const agent = {
  send: (() => undefined) as Say,

  /** @param url of the server, which the page changes when it is told. */
  join(url: string, name: string): void {
    agent.url = url
    const client = createClient({ url: () => agent.url, memory: false })
    agent.send = witness(client, name, (event) => notes.push({ at: Date.now(), ...event }))
  },

  url: '',

  /** What it has noted since it was asked last. */
  notes: (): Fact[] => notes.splice(0),
}

declare global {
  var chaosAgent: typeof agent
}

globalThis.chaosAgent = agent
