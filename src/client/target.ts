import type { Target } from '../transports/transport.js'
import type { Codec } from '../wire/codec.js'

/** A value, or what makes it; asked on every dial. */
export type Provider<Value> = Value | (() => Value | Promise<Value>)

interface Providers {
  url: Provider<string | URL>
  token?: Provider<string>
}

/** The whole URL. Throws for what is none, or not one to dial. */
export function resolve(url: string | URL): string {
  const base = (globalThis as { location?: { href: string } }).location?.href
  const { href, protocol } = new URL(url, base)
  if (!/^(http|ws)s?:$/.test(protocol)) throw new TypeError(`${protocol} is not dialled`)
  return href
}

/** Where to dial: the providers are asked each time, so an expired token is not shown twice. */
export async function targetOf({ url, token }: Providers, { protocols }: Codec): Promise<Target> {
  const [address, secret] = await Promise.all([
    typeof url === 'function' ? url() : url,
    typeof token === 'function' ? token() : token,
  ])
  const target = { url: resolve(address), protocols }
  return secret === undefined ? target : { ...target, token: secret }
}
