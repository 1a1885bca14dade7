import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { extraHeaders } from './http/answer.js'

/** Ends an upgrade with a status instead of a handshake. */
export function refuse(stream: Duplex, status: number, retryAfter?: number): void {
  if (stream.destroyed) return
  const headers = { connection: 'close', 'content-length': '0', ...extraHeaders(status, retryAfter) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`)
}
