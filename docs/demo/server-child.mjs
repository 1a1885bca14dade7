// The real Holdfast server, as a user would write it. Its store is at the other end of the process's own channel.
import { createServer as createHttp } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { remoteStore } from './ipc-store.mjs'

const [, , dist, path] = process.argv
const { createServer } = await import(pathToFileURL(join(dist, 'server.js')).href)

const http = createHttp()
const holdfast = createServer({ store: remoteStore(process) })
holdfast.attach(http, { path })
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }))

// Ctrl-C reaches every process of the terminal; the launcher decides when this one ends.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', async () => {
  await holdfast.close()
  process.exit(0)
})
