// The suite of transports is itself tried: a sound transport passes it, and each fault is found by the rule against it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Closing,
  type Packet,
  type Peer,
  type Stand,
  type TransportEvents,
  transportCases,
} from '../../src/testing/index.js'

type Fault = keyof typeof faults
const faults = {
  'opens twice': 'says that it is open, once, before anything else',
  'takes nothing at first': 'takes packets from the moment it is open',
  'loses empty text': 'carries text and bytes, both ways, in order',
  'brings bytes as text': 'carries text and bytes, both ways, in order',
  'sends the whole buffer': 'carries text and bytes, both ways, in order',
  'swaps packets on the way down': 'keeps the order of a thousand, both ways',
  'swaps packets on the way up': 'keeps the order of a thousand, both ways',
  'loses the reason': 'tells the code and the reason of the end, once, and nothing after it',
  'hears after the end': 'tells the code and the reason of the end, once, and nothing after it',
  'closes twice': 'tells the code and the reason of the end, once, and nothing after it',
  'calls a cut clean': 'says of a connection that breaks: 1006, and not clean',
  'calls a cut 1000': 'says of a connection that breaks: 1006, and not clean',
  'fails with 1000': 'says of a dial that fails: closed, once, with 1006',
  'fails twice': 'says of a dial that fails: closed, once, with 1006',
  'talks after its close': 'is silent after its own close (1000)',
  'tells another code': 'is silent after its own close (4408)',
  'tells a code of the protocol': 'is silent after its own close (1001)',
  'opens after its close': 'is silent after a close before it was open, and may be closed twice',
  'forgets what was sent last': 'delivers what was sent before the close',
  'throws after the end': 'throws nothing at what is sent after the end, which is nobody’s',
} as const

/** Both ends of links in memory; sound but for one fault. */
function stand(fault?: Fault): Stand {
  const coming: ((peer: Peer) => void)[] = []
  const later = (work: () => void) => void Promise.resolve().then(work)

  function open(url: string, on: TransportEvents) {
    let state: 'opening' | 'open' | 'over' = 'opening'
    let ears: TransportEvents | undefined = on
    const got: Packet[] = []
    let leave: (how: { code: number; reason: string }) => void = () => undefined
    const gone = new Promise<{ code: number; reason: string }>((resolve) => (leave = resolve))
    const end = (closing: Closing) => {
      if (state === 'over') return
      state = 'over'
      later(() => {
        const said = { ...closing, ...(fault === 'loses the reason' && { reason: '' }) }
        ears?.closed(said)
        if (fault === 'closes twice') ears?.closed(said)
        if (fault !== 'hears after the end') ears = undefined
        leave(closing)
      })
    }
    const bring = (packet: Packet) => {
      if (packet === '' && fault === 'loses empty text') return
      if (typeof packet !== 'string' && fault === 'brings bytes as text') ears?.received(String(packet))
      else if (packet === '7' && fault === 'swaps packets on the way down')
        later(() => later(() => ears?.received('7')))
      else ears?.received(packet)
    }
    const peer: Peer = {
      got,
      gone,
      send: (packet) => later(() => bring(packet)),
      close: (code, reason) => later(() => end({ code, reason, clean: true })),
      cut: () =>
        end({ code: fault === 'calls a cut 1000' ? 1000 : 1006, reason: '', clean: fault === 'calls a cut clean' }),
    }
    setTimeout(() => {
      if (fault === 'opens after its close') ears = on
      if (!ears) return
      if (url === 'nowhere') {
        const closing = { code: fault === 'fails with 1000' ? 1000 : 1006, reason: '' }
        ears.closed(closing)
        if (fault === 'fails twice') ears.closed(closing)
        return
      }
      if (fault !== 'takes nothing at first') state = 'open'
      ears.opened()
      if (fault === 'opens twice') ears.opened()
      state = 'open'
      coming.shift()?.(peer)
    })
    return {
      buffered: 0,
      send(packet: Packet) {
        if (state === 'over' && fault === 'throws after the end') throw new Error('late')
        if (state !== 'open') return
        const whole = typeof packet !== 'string' && fault === 'sends the whole buffer'
        const one = whole ? new Uint8Array(packet.buffer) : packet
        later(() => {
          if (one === '7' && fault === 'swaps packets on the way up') later(() => later(() => got.push(one)))
          else if (one !== 'bye' || fault !== 'forgets what was sent last') got.push(one)
        })
      },
      close(code: number) {
        const told = code < 3_000 && fault !== 'tells a code of the protocol' ? 1000 : code
        if (fault !== 'talks after its close') ears = undefined
        if (state !== 'over') later(() => leave({ code: fault === 'tells another code' ? 1000 : told, reason: '' }))
        if (fault !== 'talks after its close') state = 'over'
      },
    }
  }

  return {
    transport: { name: 'memory', open: ({ url }, on) => open(url, on) },
    url: 'here',
    nowhere: 'nowhere',
    protocols: [],
    peer: () => new Promise((resolve) => coming.push(resolve)),
    close: () => Promise.resolve(),
  }
}

const ruleOf = (name: string, fault?: Fault) => {
  const found = transportCases(() => Promise.resolve(stand(fault))).find((one) => one.name === name)
  if (!found) throw new Error(`there is no rule ${name}`)
  return found.run()
}

describe('a sound transport', () => {
  it.each(transportCases(() => Promise.resolve(stand())))('$name', ({ run }) => run())
})

describe('a transport that', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it.each(Object.entries(faults))('%s is found out: it must be one that %s', async (fault, name) => {
    const failed = expect(ruleOf(name, fault as Fault)).rejects.toThrow(/^(expected|late|waited)/)
    await vi.advanceTimersByTimeAsync(11_000)
    await failed
  })
  it('has every rule against it at least once', () => {
    const rules = transportCases(() => Promise.resolve(stand())).map(({ name }) => name)
    expect(new Set(Object.values(faults))).toEqual(new Set(rules))
  })
  it('says nothing fails in ten seconds, and its stand is closed', async () => {
    let closed = 0
    const mute = { name: 'mute', open: () => ({ buffered: 0, send: () => undefined, close: () => undefined }) }
    const open = () => Promise.resolve({ ...stand(), transport: mute, close: async () => void closed++ })
    const failed = expect(transportCases(open)[0]?.run()).rejects.toThrow('waited in vain')
    await vi.advanceTimersByTimeAsync(10_000)
    await failed
    expect(closed).toBe(1)
  })
})
