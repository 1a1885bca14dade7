// A server to be killed. Its store is at the other end of the process's own channel.
import { createServer as createHttp } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { remoteStore } from '../../../docs/demo/ipc-store.mjs'

const { DIST, PORT, GUARD } = process.env
const { origins = '*', token } = JSON.parse(GUARD)
const { createServer } = await import(pathToFileURL(join(DIST, 'server.js')).href)
const http = createHttp()
const settings = { store: remoteStore(process), secret: 'the same for every life', allowedOrigins: origins }
const authenticate = token && ((shown) => (shown.token === token ? 'somebody' : null))
createServer({ ...settings, authenticate }).attach(http, { path: '/realtime' })
http.listen(Number(PORT), '127.0.0.1', () => process.send({ port: http.address().port }))
process.on('disconnect', () => process.exit(0))
