// What is sent is what comes, over each transport: bytes, what is large, and much of it.
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { clientOf, Ear, leaveAll, range, Site, when } from '../support/servers.js'
import { rungs } from '../support/rungs.js'

afterEach(leaveAll)

/** Every byte there is, and no period that a chunk could share. */
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, n) => (n * 31 + (n >> 8) * 7) & 255)

/** To be compared: vitest takes its time for the bytes of large arrays. */
const printOf = (body: unknown): unknown =>
  body instanceof Uint8Array ? `${body.length} bytes ${createHash('sha256').update(body).digest('hex')}` : body
const prints = (bodies: readonly unknown[]) => bodies.map(printOf)

describe.each(rungs)('over $name', ({ over }) => {
  /** Two who hear each other. */
  async function pair(maxPacket?: number) {
    const site = await Site.open(maxPacket === undefined ? {} : { maxPacket })
    // Large packets take what they take: nobody is impatient.
    const options = { transports: [over()], heartbeat: {}, reconnect: { connectTimeout: 8_000 } }
    const clients = [clientOf(site.port, options), clientOf(site.port, options)] as const
    const ears = clients.map((client) => new Ear(client))
    await Promise.all(clients.map((client) => when(client, 'online')))
    return { clients, ears }
  }

  it('carries 2,000 messages each way, in order, each once', async () => {
    const { clients, ears } = await pair()
    const sent = clients.flatMap((client) => range(0, 2_000).map((n) => client.channel('room').send(n)))
    await Promise.all(sent.map(({ accepted }) => accepted))
    await Promise.all(ears.map((ear) => ear.count(4_000)))
    for (const ear of ears) {
      expect(ear.heard.map(({ offset }) => offset)).toEqual(range(1, 4_001))
      expect(ear.gaps).toEqual([])
      for (const client of clients) expect(ear.of(client)).toEqual(range(0, 2_000))
    }
    for (const client of clients) expect(client.stats()).toMatchObject({ reconnects: 0, duplicates: 0 })
  })

  it('carries bytes as they are, among text that needs care', async () => {
    const { clients, ears } = await pair()
    const [ann] = clients
    const bodies = [
      ...[bytesOf(0), bytesOf(1), bytesOf(2), bytesOf(3), bytesOf(256), bytesOf(100_003)],
      ...['', '!', '"', '#{"code":4000}', 'data: x\r\n\r\nevent: control\n', '\uFEFF☃ 😀 \u2028\0', '\ud800'],
      ...[null, { a: [1, 'b'] }, bytesOf(7)],
    ]
    for (const body of bodies) ann.channel('room').send(body)
    for (const ear of ears) {
      await ear.count(bodies.length)
      expect(prints(ear.of(ann))).toEqual(prints(bodies))
    }
  })

  it('carries a message just below the largest packet that the server takes, and says of a larger one that it is', async () => {
    const maxPacket = 65_536
    const { clients, ears } = await pair(maxPacket)
    const [ann] = clients
    // What the core keeps free in a packet, for all that is no body.
    const most = maxPacket - 1_024
    const [text, bytes] = ['x'.repeat(most - 2), bytesOf(most)]
    const sent = [text, bytes, 'small'].map((body) => ann.channel('room').send(body))
    await Promise.all(sent.map(({ accepted }) => accepted))
    for (const ear of ears) {
      await ear.count(3)
      expect(prints(ear.of(ann))).toEqual(prints([text, bytes, 'small']))
    }
    await expect(ann.channel('room').send('x'.repeat(most - 1)).accepted).rejects.toMatchObject({ code: 'too-big' })
    await ann.channel('room').send('and on').accepted
  })

  it('carries what is just below the default of 1 MiB', async () => {
    const { clients, ears } = await pair()
    const [ann, bob] = clients
    const [text, bytes] = ['ü'.repeat(2 ** 19 - 1_024), bytesOf(2 ** 20 - 1_024)]
    const sent = [ann, bob].flatMap((client) => [text, bytes].map((body) => client.channel('room').send(body)))
    await Promise.all(sent.map(({ accepted }) => accepted))
    for (const ear of ears) {
      await ear.count(4)
      for (const client of clients) expect(prints(ear.of(client))).toEqual(prints([text, bytes]))
    }
  })
})
