import { holdfast } from './holdfast.js'
import type { Kind } from './kind.js'
import { raw } from './raw.js'
import { isInstalled, socketIo } from './socket-io.js'

export const kinds: readonly Kind[] = [holdfast, raw, ...(isInstalled() ? [socketIo] : [])]

export function kindOf(name: string | undefined): Kind {
  const kind = kinds.find((one) => one.name === name)
  if (!kind) throw new Error(`no such kind: ${name}`)
  return kind
}
