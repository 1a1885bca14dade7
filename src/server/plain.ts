import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gate } from './gate.js'
import { end, extraHeaders } from './http/answer.js'

/**
 * Answers a request that asks for no link. A browser's WebSocket does not say why it was refused, so the client asks
 * again this way: 401, 403, 429 and 503 mean what they say, 426 that an upgrade would have been taken.
 */
export async function answerPlain(request: IncomingMessage, response: ServerResponse, gate: Gate): Promise<void> {
  const who = await gate.judge(request)
  if (typeof who === 'number') end(response, who, extraHeaders(who, gate.closedFor), 'refused')
  else {
    who.seat.leave()
    end(response, 426, { upgrade: 'websocket' }, 'this path takes WebSockets, and POST')
  }
}
