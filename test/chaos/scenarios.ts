// What Holdfast is put through.
import type { Fault, Scenario } from './scenario.js'

/** A link is stable after 5 s, and is then replaced at once. */
const STABLE = 6_000

/** Those whose links are WebSockets. */
const sockets = ['ann', 'abe', 'pip']

const links = (kind: 'FIN' | 'RST' | 'half-open' | 'half-open up' | 'half-open down'): Fault => ({ kind })

export const scenarios: readonly Scenario[] = [
  {
    name: 'fin-and-rst',
    about: 'links end, politely and not, three times',
    store: 'memory',
    faults: [
      { fault: links('FIN'), at: STABLE },
      { fault: links('RST'), at: STABLE + 6_000 },
      { fault: links('RST'), at: STABLE + 7_500, whom: 'any' },
    ],
  },
  {
    name: 'half-open-idle',
    about: 'links die in silence, and nobody has anything to say',
    store: 'memory',
    load: 'idle',
    after: 26_000,
    faults: [{ fault: links('half-open'), at: STABLE }],
    goal: { ms: 20_000, of: sockets },
  },
  {
    name: 'half-open-busy',
    about: 'links die in silence, and everybody speaks',
    store: 'memory',
    faults: [{ fault: links('half-open'), at: STABLE }],
    goal: { ms: 3_000, of: sockets },
  },
  {
    name: 'half-open-up',
    about: 'what a client says vanishes; what it hears goes on',
    store: 'memory',
    faults: [{ fault: links('half-open up'), at: STABLE }],
    goal: { ms: 3_000, of: sockets },
  },
  {
    name: 'half-open-down',
    about: 'what a client is told vanishes; what it says arrives',
    store: 'memory',
    faults: [{ fault: links('half-open down'), at: STABLE }],
    goal: { ms: 3_000, of: sockets },
  },
  {
    name: 'cut-in-mid-frame',
    about: 'links end, or fall silent, in the midst of a frame, each way',
    store: 'memory',
    faults: [
      { fault: { kind: 'cut', way: 'up', then: 'rst' }, at: STABLE, lasts: 3_000 },
      { fault: { kind: 'cut', way: 'down', then: 'rst' }, at: STABLE + 6_000, lasts: 3_000 },
      { fault: { kind: 'cut', way: 'down', then: 'swallow' }, at: STABLE + 12_000, lasts: 3_000 },
    ],
  },
  {
    name: 'outage',
    about: 'nothing goes either way for 30 s, and dials hang',
    store: 'memory',
    faults: [{ fault: { kind: 'outage' }, at: STABLE, lasts: 30_000 }],
    goal: { ms: 3_000, of: sockets },
  },
  {
    name: 'refused',
    about: 'links are reset, and dials refused for 10 s',
    store: 'memory',
    faults: [{ fault: { kind: 'refused' }, at: STABLE, lasts: 10_000 }],
  },
  {
    name: 'dials-hang',
    about: 'links are reset, and dials get no answer for 15 s',
    store: 'memory',
    faults: [{ fault: { kind: 'dials hang' }, at: STABLE, lasts: 15_000 }],
  },
  {
    name: 'no-such-name',
    about: 'links are reset, and the name of the server does not resolve for 8 s',
    store: 'memory',
    faults: [{ fault: { kind: 'no such name' }, at: STABLE, lasts: 8_000 }],
  },
  {
    name: 'slow',
    about: 'each way takes 400 ms and up to 600 more',
    store: 'memory',
    faults: [{ fault: { kind: 'slow', delay: 400, jitter: 600 }, at: STABLE, lasts: 15_000 }],
  },
  {
    name: 'throttled',
    about: '2 kB a second each way of each connection, and half of the links reset meanwhile',
    store: 'memory',
    faults: [
      { fault: { kind: 'throttled', rate: 2_000 }, at: STABLE, lasts: 25_000 },
      { fault: links('RST'), at: STABLE + 8_000, whom: ['ann', 'cid', 'pip'] },
    ],
  },
  {
    name: 'large-and-slow',
    about: '100 kB a second each way of each connection, and every fortieth message has 150 kB',
    store: 'memory',
    large: { every: 40, bytes: 150_000 },
    faults: [{ fault: { kind: 'throttled', rate: 100_000 }, at: STABLE, lasts: 25_000 }],
  },
  {
    name: 'sigkill-memory',
    about: 'the server is killed three times; its store is elsewhere',
    store: 'memory',
    faults: [
      { fault: { kind: 'SIGKILL' }, at: STABLE, lasts: 500 },
      { fault: { kind: 'SIGKILL' }, at: STABLE + 6_000, lasts: 3_000 },
      { fault: { kind: 'SIGKILL' }, at: STABLE + 14_000, lasts: 0 },
    ],
  },
  {
    name: 'sigkill-file',
    about: 'the server is killed three times, over its file',
    store: 'file',
    faults: [
      { fault: { kind: 'SIGKILL' }, at: STABLE, lasts: 500 },
      { fault: { kind: 'SIGKILL' }, at: STABLE + 6_000, lasts: 3_000 },
      { fault: { kind: 'SIGKILL' }, at: STABLE + 14_000, lasts: 0 },
    ],
  },
  {
    name: 'sigstop',
    about: 'the server stands still for 8 s, its connections open',
    store: 'file',
    faults: [{ fault: { kind: 'SIGSTOP' }, at: STABLE, lasts: 8_000 }],
    goal: { ms: 3_000, of: sockets },
  },
  {
    name: 'sigterm',
    about: 'the server is asked to go, sends everybody away, and is followed by another',
    store: 'file',
    faults: [{ fault: { kind: 'SIGTERM' }, at: STABLE, lasts: 1_000 }],
  },
  {
    name: 'sleep-told',
    about: 'a device sleeps for ten minutes, its link is dead when it wakes, and its page hears of it; nobody speaks',
    store: 'memory',
    load: 'idle',
    after: 10_000,
    cast: ['ann', 'abe', 'ben', 'cid', 'dee'],
    faults: [{ fault: { kind: 'sleep', ms: 600_000, told: true }, at: STABLE }],
    goal: { ms: 2_000, of: sockets },
  },
  {
    name: 'sleep-untold',
    about: 'the same, and no event says so: ann has only her timers, abe a NetworkDetector',
    store: 'memory',
    load: 'idle',
    after: 26_000,
    cast: ['ann', 'abe', 'ben', 'cid', 'dee'],
    faults: [{ fault: { kind: 'sleep', ms: 600_000, told: false }, at: STABLE }],
  },
  {
    name: 'woken',
    about: 'links die in silence, and the page hears `visibilitychange`, then `online`; nobody speaks',
    store: 'memory',
    load: 'idle',
    after: 8_000,
    cast: ['ann', 'abe', 'ben', 'cid', 'dee'],
    faults: [
      { fault: { kind: 'woken', by: 'visibilitychange' }, at: STABLE },
      { fault: { kind: 'woken', by: 'online' }, at: STABLE + 10_000 },
    ],
    goal: { ms: 2_000, of: sockets },
  },
  {
    name: 'frozen',
    about: "Chromium's page is hidden and frozen for 12 s; its link dies meanwhile, and the second time it does not",
    store: 'memory',
    faults: [
      { fault: { kind: 'frozen' }, at: STABLE, late: 0, lasts: 12_000, whom: ['pip'] },
      { fault: links('half-open'), at: STABLE + 3_000, late: 0, whom: ['pip'] },
      { fault: { kind: 'frozen' }, at: STABLE + 20_000, lasts: 8_000, whom: ['pip'] },
    ],
  },
  {
    name: 'offline',
    about: 'Chromium is told to be offline for 8 s, and its links die in the second of two times',
    store: 'memory',
    faults: [
      { fault: { kind: 'offline' }, at: STABLE, late: 0, lasts: 8_000, whom: ['pip'] },
      { fault: { kind: 'offline' }, at: STABLE + 16_000, late: 0, lasts: 8_000, whom: ['pip'] },
      { fault: links('half-open'), at: STABLE + 18_000, late: 0, whom: ['pip'] },
    ],
  },
  {
    name: 'box-changes',
    about: 'a proxy lets everything through, then no WebSocket, then only polls, then everything again',
    store: 'memory',
    after: 70_000,
    faults: [
      { fault: { kind: 'box', passes: 'no WebSocket' }, at: STABLE },
      { fault: { kind: 'box', passes: 'polls alone' }, at: STABLE + 12_000 },
      { fault: { kind: 'box', passes: 'everything' }, at: STABLE + 24_000 },
    ],
  },
  {
    name: 'disk-full',
    about:
      'the disk of the file store is full for 8 s (a tmpfs of 32 MB, and a ballast that fills it to the last byte)',
    store: 'file',
    faults: [{ fault: { kind: 'disk full' }, at: STABLE, lasts: 8_000 }],
  },
  {
    name: 'redis-killed',
    about: 'Redis (appendfsync always) is killed, and started again after 3 s',
    store: 'redis',
    faults: [
      { fault: { kind: 'Redis killed' }, at: STABLE, lasts: 3_000 },
      { fault: { kind: 'Redis killed' }, at: STABLE + 10_000, lasts: 500 },
    ],
  },
  {
    name: 'two-nodes',
    about: 'two nodes over Redis, each killed once, then Redis itself',
    store: 'redis',
    nodes: 2,
    faults: [
      { fault: { kind: 'SIGKILL', node: 0 }, at: STABLE, lasts: 4_000 },
      { fault: { kind: 'SIGKILL', node: 1 }, at: STABLE + 8_000, lasts: 4_000 },
      { fault: { kind: 'Redis killed' }, at: STABLE + 18_000, lasts: 1_000 },
    ],
  },
  {
    name: 'everything-at-once',
    about: 'delay and jitter, resets, silence, a server that is killed and one that stands still, over a file',
    store: 'file',
    faults: [
      { fault: { kind: 'slow', delay: 100, jitter: 200 }, at: 3_000, lasts: 30_000 },
      { fault: links('RST'), at: 5_000, whom: 'any' },
      { fault: links('half-open'), at: 8_000, whom: 'any' },
      { fault: { kind: 'SIGKILL' }, at: 12_000, lasts: 1_000 },
      { fault: { kind: 'cut', way: 'up', then: 'swallow' }, at: 16_000, lasts: 2_000 },
      { fault: links('half-open up'), at: 20_000, whom: 'any' },
      { fault: { kind: 'SIGSTOP' }, at: 24_000, lasts: 4_000 },
      { fault: links('half-open down'), at: 30_000, whom: 'any' },
      { fault: { kind: 'refused' }, at: 34_000, lasts: 2_000 },
    ],
  },
]
