import type { IncomingMessage } from 'node:http'

/** The text of a body; or what is wrong with it: 413 over `limit` bytes, 400 no UTF-8; or `undefined` where it was cut off. */
export function readBody(request: IncomingMessage, limit: number): Promise<string | 400 | 413 | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(413)
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    const onData = (part: Buffer): void => {
      size += part.length
      if (size > limit) end(413)
      else parts.push(part)
    }
    const onEnd = (): void => end(toText(Buffer.concat(parts)))
    const onClose = (): void => end(undefined)
    const end = (result: string | 400 | 413 | undefined): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause()
      resolve(result)
    }
    // The error of a cut connection is followed by its close.
    request.on('error', () => undefined)
    request.on('data', onData).on('end', onEnd).on('close', onClose)
    if (request.destroyed) end(undefined)
  })
}

function toText(bytes: Buffer): string | 400 {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return 400
  }
}
