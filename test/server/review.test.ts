import { describe, expect, it } from 'vitest'
import type { MessageAsk, OnMessage } from '../../src/server/index.js'
import { silent } from '../../src/server/log.js'
import { reviewBy } from '../../src/server/review.js'

const asked = (hook: OnMessage | undefined, body: string | Uint8Array = '{"a":[1]}', log = silent) =>
  reviewBy(hook, log)({ client: 'c1', user: 'ann', ch: 'room', id: 'c1:1', body })

describe('the hook', () => {
  it('is asked in the app’s words, with the body decoded', async () => {
    const seen: MessageAsk[] = []
    await asked((message) => void seen.push(message))
    await asked((message) => void seen.push(message), new Uint8Array([7]))
    expect(seen).toEqual([
      { client: 'c1', user: 'ann', channel: 'room', id: 'c1:1', body: { a: [1] } },
      { client: 'c1', user: 'ann', channel: 'room', id: 'c1:1', body: new Uint8Array([7]) },
    ])
  })

  it.each<[string, OnMessage | undefined]>([
    ['that says nothing', () => undefined],
    ['that says nothing later', async () => undefined],
    ['that is not there', undefined],
  ])('%s lets the message in as it came', async (_, hook) => {
    expect(await asked(hook, '{ "a":  1 }')).toEqual({ is: 'taken', body: '{ "a":  1 }' })
  })

  it('changes nothing by what it does to what it was given', async () => {
    const bytes = new Uint8Array([7])
    expect(await asked(({ body }) => void (body as Uint8Array).fill(0), bytes)).toEqual({ is: 'taken', body: bytes })
    expect(bytes).toEqual(new Uint8Array([7]))
  })

  it('changes the body by giving another', async () => {
    expect(await asked(() => ({ body: { b: null } }))).toEqual({ is: 'taken', body: '{"b":null}' })
    expect(await asked(async () => ({ body: new Uint8Array([1]) }))).toEqual({ is: 'taken', body: new Uint8Array([1]) })
    expect(await asked(() => ({ body: null }))).toEqual({ is: 'taken', body: 'null' })
  })

  it('refuses with a reason, and a code if it has one', async () => {
    expect(await asked(() => ({ refuse: 'no' }))).toEqual({ is: 'refused', code: 'rejected', reason: 'no' })
    expect(await asked(() => ({ refuse: 'no', code: 'rude' }))).toEqual({ is: 'refused', code: 'rude', reason: 'no' })
  })

  it('that gives what is no body refuses, with a line that does not tell of it', async () => {
    const lines: unknown[] = []
    const log = { ...silent, warn: (...line: unknown[]) => void lines.push(line) }
    for (const body of [undefined, () => 1, 10n, { deep: { hidden: 10n } }])
      expect(await asked(() => ({ body }), '1', log)).toMatchObject({ is: 'refused', code: 'not-encodable' })
    expect(lines).toEqual(Array.from({ length: 4 }, () => [{ client: 'c1' }, 'review-not-encodable']))
  })

  it.each([
    true,
    false,
    null,
    'no',
    { ok: true },
    { refuse: 7 },
    { refuse: 'no', code: 7 },
    { refuse: false, body: 1 },
  ])('that gives %j has failed: nothing is let in by mistake', async (said) => {
    await expect(asked(() => said as never)).rejects.toThrow('onMessage gives nothing, { body } or { refuse, code }')
  })
})
