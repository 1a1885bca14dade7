// Compiled, never run: what must be assignable to what.
import { WebSocket as NodeSocket } from 'ws'
import { ResilientWebSocket, type SocketOptions } from '../../src/socket.js'

/** A drop-in: code that wants a `WebSocket` takes it. */
export const socket: WebSocket = new ResilientWebSocket('ws://fake')

/** What it dials with may be the platform's class or another's. */
export const dialers: SocketOptions[] = [{ WebSocket }, { WebSocket: NodeSocket }, { WebSocket: ResilientWebSocket }]

socket.onmessage = function (event) {
  this.send(event.data as string)
}
