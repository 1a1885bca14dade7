export * from './index.js'
export { ResilientWebSocket } from './socket.js'
