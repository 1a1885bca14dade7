// How each fault is done, and undone.
import type { Processes } from '../support/nodes.js'
import type { Participant } from './participant.js'
import type { Fault, Strike } from './scenario.js'
import type { Storage } from './storage.js'
import type { Wire } from './wire.js'

/** What a fault can lay its hands on: of the network and the devices, those of the clients that suffer it. */
export interface Victims {
  wires: readonly Wire[]
  people: readonly Participant[]
  servers: Processes
  storage: Storage | undefined
}

/** Ends the fault; what it gives may be waited for. */
type Undo = () => unknown

type Kind = Fault['kind']
type Of<K extends Kind> = Extract<Fault, { kind: K }>
/** Gives what undoes it, where that is not nothing. */
type Act<K extends Kind> = (victims: Victims, fault: Of<K>, strike: Strike) => unknown

const links =
  (suffer: Parameters<Wire['proxy']['suffer']>[0]) =>
  ({ wires }: Victims): void => {
    for (const { proxy } of wires) proxy.suffer(suffer)
  }

/** What there is suffers, and who dials meanwhile is received so. */
const outage =
  (suffer: 'swallow' | 'rst', reception: 'hang' | 'refuse') =>
  ({ wires }: Victims): Undo => {
    for (const { proxy } of wires) {
      proxy.reception = reception
      proxy.suffer(suffer)
    }
    return () => {
      for (const { proxy } of wires) proxy.reception = 'pass'
    }
  }

const end =
  (signal: 'SIGKILL' | 'SIGTERM') =>
  async ({ servers }: Victims, { node = 0 }: { node?: number }): Promise<Undo> => {
    await servers.end(node, signal)
    return () => servers.restart(node)
  }

const all = <T>(list: readonly T[], act: (one: T) => Promise<unknown> | undefined): Promise<unknown> =>
  Promise.all(list.map(act))

const acts: { [K in Kind]: Act<K> } = {
  FIN: links('fin'),
  RST: links('rst'),
  'half-open': links('swallow'),
  'half-open up': links('swallow-up'),
  'half-open down': links('swallow-down'),
  cut: ({ wires }, { way, then }, { bytes }) => {
    for (const { proxy } of wires) void proxy.after(bytes, way, then)
    return () => {
      for (const { proxy } of wires) proxy.strike = undefined
    }
  },
  outage: outage('swallow', 'hang'),
  refused: outage('rst', 'refuse'),
  'dials hang': outage('rst', 'hang'),
  'no such name': ({ wires }) => {
    for (const wire of wires) {
      wire.named = false
      wire.proxy.suffer('rst')
    }
    return () => {
      for (const wire of wires) wire.named = true
    }
  },
  slow: ({ wires }, { delay, jitter }) => {
    for (const { proxy } of wires) Object.assign(proxy, { delay, jitter })
    return () => {
      for (const { proxy } of wires) Object.assign(proxy, { delay: 0, jitter: 0 })
    }
  },
  throttled: ({ wires }, { rate }) => {
    for (const { proxy } of wires) proxy.rate = rate
    return () => {
      for (const { proxy } of wires) proxy.rate = Infinity
    }
  },
  SIGKILL: end('SIGKILL'),
  SIGTERM: end('SIGTERM'),
  SIGSTOP: ({ servers }, { node = 0 }) => {
    servers.signal(node, 'SIGSTOP')
    return () => servers.signal(node, 'SIGCONT')
  },
  sleep: (victims, { ms, told }) => {
    links('swallow')(victims)
    for (const one of victims.people) one.jump?.(ms)
    if (told) for (const one of victims.people) one.hear?.('resume')
  },
  woken: (victims, { by }) => {
    links('swallow')(victims)
    for (const one of victims.people) one.hear?.(by)
  },
  frozen: async ({ people }) => {
    await all(people, (one) => one.freeze?.(true))
    return () => all(people, (one) => one.freeze?.(false))
  },
  offline: async ({ people }) => {
    await all(people, (one) => one.offline?.(true))
    return () => all(people, (one) => one.offline?.(false))
  },
  box: ({ wires }, { passes }) => {
    for (const wire of wires) wire.let(passes)
  },
  'disk full': ({ storage }) => {
    storage?.disk?.fill()
    return () => storage?.disk?.free()
  },
  'Redis killed': async ({ storage }) => {
    await storage?.redis?.kill()
    return () => storage?.redis?.start()
  },
}

/** Resolves when it is in force, with what ends it. */
export async function befall(victims: Victims, strike: Strike): Promise<Undo> {
  const act = acts[strike.fault.kind] as Act<Kind>
  const undo = await act(victims, strike.fault as never, strike)
  return typeof undo === 'function' ? (undo as Undo) : () => undefined
}

/** As it stands in tables and pictures. */
export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'cut':
      return `cut in mid-frame, ${fault.way}, then ${fault.then === 'rst' ? 'RST' : 'silence'}`
    case 'slow':
      return `delay ${fault.delay} ms + up to ${fault.jitter}`
    case 'throttled':
      return `${fault.rate} bytes/s`
    case 'sleep':
      return `sleep of ${fault.ms / 1_000} s${fault.told ? ', told' : ''}`
    case 'woken':
      return `half-open, then ${fault.by}`
    case 'box':
      return `box passes ${fault.passes}`
    case 'SIGKILL':
    case 'SIGTERM':
    case 'SIGSTOP':
      return fault.node === undefined ? fault.kind : `${fault.kind} of node ${fault.node + 1}`
    default:
      return fault.kind
  }
}
