import { expect, it, vi } from 'vitest'
import { type LinkNews, Links } from '../../src/shell/links.js'
import type { Target } from '../../src/transports/transport.js'

const codec = { encode: () => [], decode: () => [] }
const settled = async () => {
  for (let turns = 0; turns < 5; turns++) await Promise.resolve()
}

function world(target: () => Promise<Target>) {
  const dials: string[] = []
  const news: LinkNews<never>[] = []
  const transports = ['a', 'b', 'c'].map((name) => ({
    name,
    open({ url }: Target) {
      dials.push(`${name} ${url}`)
      return { send: () => undefined, close: () => undefined, buffered: 0 }
    },
  }))
  const links = new Links<never, never>({
    codec,
    transports,
    target,
    env: { now: () => 0, timer: () => () => undefined, defer: () => undefined },
    feed: (one) => news.push(one),
    report: () => undefined,
  })
  return { links, dials, news }
}

const counted = () => {
  let count = 0
  return vi.fn(() => Promise.resolve({ url: `ws://${String(++count)}/`, protocols: [] }))
}

it('a link goes by its transport', async () => {
  const { links, dials } = world(counted())
  links.open(1, 2, true)
  links.open(2, 0, false)
  links.open(3, 1, false)
  await settled()
  expect(dials).toEqual(['c ws://1/', 'a ws://1/', 'b ws://1/'])
})

it('where to is asked once for each race: those that follow go where the first went', async () => {
  const target = counted()
  const { links, dials } = world(target)
  links.open(1, 0, true)
  links.open(2, 1, false)
  await settled()
  links.open(3, 0, true)
  links.open(4, 1, false)
  await settled()
  expect(target).toHaveBeenCalledTimes(2)
  expect(dials).toEqual(['a ws://1/', 'b ws://1/', 'a ws://2/', 'b ws://2/'])
})

it('the first of a race that was dropped before the answer leaves it to the others', async () => {
  const { links, dials } = world(counted())
  links.open(1, 0, true)
  links.open(2, 1, false)
  links.drop(1, { code: 1000, reason: '' })
  await settled()
  expect(dials).toEqual(['b ws://1/'])
})

it('an answer that fails ends all links of the race with one error, and the next race asks again', async () => {
  const error = new Error('no token')
  const target = counted().mockImplementationOnce(() => Promise.reject(error))
  const { links, dials, news } = world(target)
  links.open(1, 0, true)
  links.open(2, 1, false)
  await settled()
  const closing = { code: 1006, reason: 'could not dial: no token', error }
  expect(news).toEqual([1, 2].map((link) => ({ on: 'ended', link, closing })))
  expect(news.map((one) => one.on === 'ended' && one.closing.error === error)).toEqual([true, true])
  links.open(3, 0, true)
  await settled()
  expect(dials).toEqual(['a ws://1/'])
})

it('without a word it is the first transport, asked anew', async () => {
  const { links, dials } = world(counted())
  links.open(1)
  links.open(2)
  await settled()
  expect(dials).toEqual(['a ws://1/', 'a ws://2/'])
})
