import type { ServerOptions } from './contract.js'
import type { Peer } from './peer.js'

type Limits = Pick<ServerOptions, 'idle' | 'helloTimeout'>

/** Between two rounds, ms: one deadline for all links, whatever their number. */
export const roundTime = ({ idle, helloTimeout }: Limits): number => Math.max(1, Math.min(idle / 4, helloTimeout))

/** What a round finds: nothing, a link to ask, one that never said hello, one that is silent for too long. */
export function inspect({ stage, heardAt }: Peer, { idle, helloTimeout }: Limits, now: number): Finding {
  if (stage.is === 'new') return now - stage.since >= helloTimeout ? 'mute' : 'well'
  // It was told to be silent.
  if (stage.is === 'waiting') return 'well'
  const silence = now - heardAt
  if (silence >= idle) return 'dead'
  return silence >= idle / 2 ? 'quiet' : 'well'
}

type Finding = 'well' | 'quiet' | 'mute' | 'dead'
