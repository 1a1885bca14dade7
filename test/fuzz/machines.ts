// Any inputs in any order: nothing is thrown, what is kept has a bound, and when all is over nothing is left.
import fc from 'fast-check'
import type { ServerInput } from '../../src/core/server/contract.js'
import type { ClientInput } from '../../src/core/contract.js'
import { Client } from '../../src/core/client.js'
import { FrameError } from '../../src/wire/errors.js'
import type { ClientFrame, ServerFrame } from '../../src/wire/frame.js'
import { clientShapes, flaw, serverShapes } from '../../src/wire/shape.js'
import { hello, World } from '../core/server.world.js'
import { clientOptions } from '../support/client-core.js'
import { ofClient, ofServer } from './frames.js'

const fail = (why: string): never => {
  throw new Error(why)
}

const link = fc.integer({ min: 1, max: 4 })
const many = <T>(frame: fc.Arbitrary<T>) => fc.array(frame, { minLength: 1, maxLength: 5 })
const ch = fc.constantFrom('a', 'b', '@ann', '__proto__')
const error = new FrameError('bad-frame', 'what it was')

type Move =
  { is: 'input'; input: ServerInput } | { is: 'wait'; ms: number } | { is: 'release' } | { is: 'fail' } | { is: 'hold' }

const serverMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      is: fc.constant('input' as const),
      input: fc.record({
        on: fc.constant('frames' as const),
        link,
        frames: many(ofClient) as fc.Arbitrary<ClientFrame[]>,
      }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(link, fc.constantFrom('ann', 'bob', '__proto__'))
      .map(([one, client]): Move => ({ is: 'input', input: { on: 'frames', link: one, frames: [hello(client)] } })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(link, fc.constantFrom('', 'ann', 'bob'))
      .map(([one, user]): Move => ({ is: 'input', input: { on: 'opened', link: one, user } })),
  },
  { weight: 2, arbitrary: link.map((one): Move => ({ is: 'input', input: { on: 'closed', link: one } })) },
  { weight: 1, arbitrary: link.map((one): Move => ({ is: 'input', input: { on: 'broken', link: one, error } })) },
  { weight: 1, arbitrary: fc.nat(50).map((op): Move => ({ is: 'input', input: { on: 'failed', op, error } })) },
  {
    weight: 1,
    arbitrary: fc.tuple(ch, fc.nat(9)).map(([one, next]): Move => ({
      is: 'input',
      input: {
        on: 'changed',
        change: next % 3 ? { is: 'grown', ch: one, epoch: 'epoch', next } : { is: 'unsure', ch: one },
      },
    })),
  },
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 100, 1_000, 10_000, 60_000).map((ms): Move => ({ is: 'wait', ms })) },
  { weight: 2, arbitrary: fc.constantFrom<Move>({ is: 'hold' }, { is: 'release' }, { is: 'fail' }) },
)

/** A number once given to a link is given to no other. */
function serverRuns(moves: readonly Move[], guarded: boolean): void {
  const world = new World({ maxSubscriptions: 5, maxLinks: 3, pushWindow: 4, guarded, reviewed: guarded })
  let round = 0
  const numbers = new Map<number, number>()
  const of = (input: ServerInput): ServerInput => {
    if (!('link' in input)) return input
    if (input.on === 'opened') numbers.set(input.link, ++round)
    return { ...input, link: numbers.get(input.link) ?? 9_999 }
  }
  for (const move of moves) {
    if (move.is === 'wait') world.wait(move.ms)
    else if (move.is === 'hold')
      for (const call of ['open', 'append', 'read', 'keep', 'sent', 'members'] as const) world.hold.add(call)
    else if (move.is === 'release') world.release()
    else if (move.is === 'fail') world.fail(world.held.shift())
    else world.feed(of(move.input))
    if (Number.isNaN(world.server.deadline)) fail('the deadline is no number')
    const { links, sessions, channels } = world.server.load
    if (links > 30 || sessions > 60 || channels > 200) fail(`too much is kept: ${JSON.stringify(world.server.load)}`)
  }
  for (const output of world.outputs)
    if (output.do === 'write')
      for (const frame of output.frames) {
        const wrong = flaw(frame, serverShapes)
        if (wrong !== undefined) fail(`it says what nobody understands: ${wrong}`)
      }
  world.release()
  for (const one of numbers.keys()) world.feed({ on: 'closed', link: numbers.get(one) ?? 0 })
  for (let n = 1; n <= round; n++) world.feed({ on: 'closed', link: n })
  world.wait(200_000)
  const { links, sessions, channels, calls } = world.server.load
  if (links + sessions + channels + calls) fail(`left behind: ${JSON.stringify(world.server.load)}`)
}

export const server = fc.property(fc.array(serverMove, { maxLength: 40 }), fc.boolean(), serverRuns)

type Step = { is: 'input'; input: ClientInput<number> } | { is: 'wait'; ms: number }
const input = (one: fc.Arbitrary<ClientInput<number>>) => one.map((said): Step => ({ is: 'input', input: said }))
const age = fc.integer({ min: 0, max: 2 })
const plain: ClientInput<number>[] = [
  { on: 'connect' },
  { on: 'wake' },
  { on: 'online' },
  { on: 'offline' },
  { on: 'suspend' },
  { on: 'tick' },
  { on: 'reconnect', code: 4408, reason: '' },
  { on: 'look', away: true },
  { on: 'look', away: false },
]

const clientStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: input(
      fc
        .tuple(age, many(ofServer))
        .map(([back, frames]) => ({ on: 'frames', link: -back, frames: frames as ServerFrame[] })),
    ),
  },
  {
    weight: 4,
    arbitrary: input(
      fc.tuple(age, fc.nat(5)).map(([back, got]) => ({
        on: 'frames',
        link: -back,
        frames: [
          {
            t: 'welcome',
            v: 1,
            ticket: 't',
            resumed: got > 0,
            got,
            idle: 45_000,
            max: 65_536,
            window: 8,
            receipts: true,
          },
        ],
      })),
    ),
  },
  { weight: 5, arbitrary: input(age.map((back) => ({ on: 'opened', link: -back }))) },
  {
    weight: 2,
    arbitrary: input(
      fc
        .tuple(age, fc.constantFrom(1000, 1006, 1009, 1012, 1013, 4400, 4401, 4408, 4409, 4429))
        .map(([back, code]) => ({ on: 'ended', link: -back, closing: { code, reason: '' } })),
    ),
  },
  { weight: 1, arbitrary: input(age.map((back) => ({ on: 'broken', link: -back, error }))) },
  {
    weight: 4,
    arbitrary: input(
      fc.tuple(ch, fc.constantFrom('1', '"x"')).map(([one, body]) => ({
        on: 'send',
        draft: { seq: 0, ch: one, body, bytes: body.length, key: undefined, expiresAt: Infinity, tag: 0 },
      })),
    ),
  },
  {
    weight: 3,
    arbitrary: input(
      fc
        .tuple(ch, fc.constantFrom('now', 'oldest', 'last', 3))
        .map(([one, from]) => ({ on: 'subscribe', ch: one, from: from as 'now' })),
    ),
  },
  { weight: 1, arbitrary: input(ch.map((one) => ({ on: 'unsubscribe', ch: one }))) },
  { weight: 1, arbitrary: input(ch.map((one) => ({ on: 'watch', ch: one }))) },
  { weight: 1, arbitrary: input(ch.map((one) => ({ on: 'unwatch', ch: one }))) },
  { weight: 3, arbitrary: input(fc.constantFrom(...plain)) },
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 100, 1_000, 10_000, 60_000).map((ms): Step => ({ is: 'wait', ms })) },
)

/** Links are counted back from the newest: news of an old one may always come. */
function clientRuns(steps: readonly Step[]): void {
  const core = new Client<number>(clientOptions())
  let now = 0
  let seq = 0
  let newest = 0
  const said: ClientFrame[] = []
  const feed = (one: ClientInput<number>): void => {
    for (const output of core.handle(one, now)) {
      if (output.do === 'open') newest = output.link
      if (output.do === 'write') said.push(...(output.frames as ClientFrame[]))
    }
    if (Number.isNaN(core.deadline)) fail('the deadline is no number')
  }
  const wait = (ms: number): void => {
    const end = now + ms
    for (let ticks = 0; core.deadline <= end; ticks++) {
      if (ticks > 5_000) fail('a livelock')
      now = Math.max(now, core.deadline)
      feed({ on: 'tick' })
    }
    now = end
  }
  feed({ on: 'connect' })
  for (const step of steps) {
    if (step.is === 'wait') wait(step.ms)
    else if (step.input.on === 'send') feed({ on: 'send', draft: { ...step.input.draft, seq: ++seq, tag: seq } })
    else if ('link' in step.input) feed({ ...step.input, link: Math.max(0, newest + step.input.link) })
    else feed(step.input)
  }
  for (const frame of said) {
    const wrong = flaw(frame, clientShapes)
    if (wrong !== undefined) fail(`it says what nobody understands: ${wrong}`)
  }
  feed({ on: 'close', code: 1000, reason: 'over' })
  wait(100_000)
  if (core.deadline < Infinity) fail('it does not come to rest')
}

export const client = fc.property(fc.array(clientStep, { maxLength: 40 }), clientRuns)
