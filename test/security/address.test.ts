import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { addressOf } from '../../src/server/address.js'

const of = (remoteAddress: string | undefined, proxies: number, said?: string): string =>
  addressOf(
    { headers: said === undefined ? {} : { 'x-forwarded-for': said }, socket: { remoteAddress } } as IncomingMessage,
    proxies,
  )

describe('whose request it is', () => {
  it('says the connection, and X-Forwarded-For is not looked at', () => {
    expect(of('192.0.2.1', 0, '198.51.100.7')).toBe('192.0.2.1')
  })

  it.each([
    ['one proxy', 1, '198.51.100.7', '198.51.100.7'],
    ['one proxy, and what the client made up before it', 1, '1.1.1.1, 2.2.2.2, 198.51.100.7', '198.51.100.7'],
    ['two proxies', 2, '1.1.1.1, 198.51.100.7, 10.0.0.1', '198.51.100.7'],
    ['two proxies, of which one was passed by', 2, '198.51.100.7', '198.51.100.7'],
    ['a proxy that says nothing', 1, undefined, '192.0.2.1'],
    ['a proxy that says nothing of use', 1, ' ', '192.0.2.1'],
    ['a proxy that names the port', 1, '198.51.100.7:4711', '198.51.100.7'],
    ['a proxy that names the port, IPv6', 1, '[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
    ['a proxy that hides it', 1, 'unknown', 'unknown'],
  ])('behind %s', (_, proxies, said, address) => {
    expect(of('192.0.2.1', proxies, said)).toBe(address)
  })

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('of IPv6 is a subscriber: %s', (address, expected) => {
    expect(of(address, 0)).toBe(expected)
  })

  it('is nobody’s where there is no address, and bounded whatever a proxy says', () => {
    expect(of(undefined, 0)).toBe('')
    expect(of(undefined, 1, 'x'.repeat(10_000))).toHaveLength(64)
  })
})
