// The real Holdfast server, as a user would write it, but for one thing: it believes everybody's name. Its store is at the other end of the process's own channel.
import { createServer as createHttp } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { remoteStore } from './ipc-store.mjs'

const { DIST, SECRET, REALTIME } = process.env
const { createServer } = await import(pathToFileURL(join(DIST, 'server.js')).href)

const http = createHttp()
/** The token is the name, and nothing proves it. For a demo: an app checks a token that it gave out itself. */
const authenticate = ({ token = '' }) => (/^[^\p{C}]{1,24}$/u.test(token) ? token : null)

const settings = { store: remoteStore(process), secret: SECRET, authenticate }
const holdfast = createServer(settings).attach(http, { path: REALTIME })
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }))

// Ctrl-C reaches every process of the terminal; the launcher decides when this one ends.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', async () => {
  await holdfast.close({ after: 300, spread: 700 })
  process.exit(0)
})
