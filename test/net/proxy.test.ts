// The network of the tests itself: what it holds back keeps its order, and a slow line is slow.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { later, leaveAll, proxyTo } from '../support/servers.js'

afterEach(leaveAll)

/** A way through a proxy, and all that has come out of it. */
async function way() {
  let came = ''
  const ignore = (): void => undefined
  const server = createServer((socket) => socket.on('error', ignore).on('data', (data) => (came += String(data))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(() => server.close())
  const proxy = await proxyTo(() => (server.address() as AddressInfo).port)
  const client = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
  client.on('error', ignore)
  await once(client, 'connect')
  later(() => client.destroy())
  const until = async (length: number): Promise<string> => {
    while (came.length < length) await new Promise((resolve) => setTimeout(resolve, 5))
    return came
  }
  return { proxy, client, until }
}

it('nothing overtakes, however long each is held, and when no more is held', async () => {
  const { proxy, client, until } = await way()
  Object.assign(proxy, { delay: 30, jitter: 60 })
  const words = Array.from({ length: 200 }, (_, n) => `${String(n).padStart(3, '0')} `)
  for (const [n, word] of words.entries()) {
    client.write(word)
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (n === 150) Object.assign(proxy, { delay: 0, jitter: 0 })
  }
  expect(await until(words.join('').length)).toBe(words.join(''))
})

it('a line of 20,000 bytes a second takes no less than its time for 10,000, and loses none', async () => {
  const { proxy, client, until } = await way()
  proxy.rate = 20_000
  const start = performance.now()
  const text = Array.from({ length: 10_000 }, (_, n) => n % 10).join('')
  client.write(text)
  expect(await until(text.length)).toBe(text)
  expect(performance.now() - start).toBeGreaterThan(450)
})

it('what is too much for a slow line waits with its sender', async () => {
  const { proxy, client } = await way()
  proxy.rate = 1_000
  client.write(Buffer.alloc(2 ** 20))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const [link] = proxy.links
  expect(link?.client.bytesRead).toBeGreaterThan(0)
  expect(link?.client.bytesRead).toBeLessThan(2 ** 18)
})
