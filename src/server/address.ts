import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whose request it is, as far as addresses tell: an IPv4 address, or the /64 that one subscriber of IPv6 has. '' where
 * there is none, as on a Unix socket.
 * @param proxies how many stand before the server. Each appends to `X-Forwarded-For` whom it heard, so the last so many
 * entries are true; whatever stands before them anybody may have written.
 */
export function addressOf({ headers, socket }: IncomingMessage, proxies: number): string {
  const { remoteAddress = '' } = socket
  const said = String(headers['x-forwarded-for'] ?? '').split(',')
  // With no proxy it is an entry that there is not.
  const named = said[Math.max(0, said.length - proxies)]?.trim()
  return subscriber(named === undefined || named === '' ? remoteAddress : named)
}

function subscriber(text: string): string {
  const address = withoutPort(text)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (isIPv6(address)) return prefix(address)
  // What a trusted proxy says instead, such as `unknown`, is a name like any other.
  return isIPv4(address) ? address : address.slice(0, 64)
}

/** Some proxies name the port, too. */
function withoutPort(text: string): string {
  const inBrackets = /^\[(.+?)\](?::\d+)?$/.exec(text)?.[1]
  return inBrackets ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
}

/** The first four of eight groups; `::` stands for as many zeros as are missing. */
function prefix(address: string): string {
  const [front = [], back = []] = address
    .replace(/%.*$/, '')
    .split('::')
    .map((half) => half.split(':').filter(Boolean))
  const length = back.length + (back.at(-1)?.includes('.') ? 1 : 0)
  const groups = [...front, ...Array<string>(Math.max(0, 8 - front.length - length)).fill('0'), ...back].slice(0, 4)
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`
}
