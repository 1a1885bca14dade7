import type { Target } from '../transports/transport.js'
import type { Codec } from '../wire/codec.js'
import type { CreateClientOptions } from './options.js'

/** Where to dial: the providers are asked each time, so an expired token is not shown twice. */
export async function targetOf({ url, token }: CreateClientOptions, { protocols }: Codec): Promise<Target> {
  const [address, secret] = await Promise.all([
    typeof url === 'function' ? url() : url,
    typeof token === 'function' ? token() : token,
  ])
  const base = (globalThis as { location?: { href: string } }).location?.href
  const target = { url: new URL(address, base).href, protocols }
  return secret === undefined ? target : { ...target, token: secret }
}
