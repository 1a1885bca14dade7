// A WebSocket's way through the network: two sockets, one link.
import { delay } from './latency.mjs'

/** While it is `silent`, bytes and closings are swallowed both ways. `ended` is called once, when it is over. */
export function join(browser, server, acks, ended) {
  const link = { silent: false, cut }
  let over = false
  function cut() {
    if (over) return
    over = true
    browser.destroy()
    server.destroy()
    ended(link)
  }
  carry(browser, server, link, (chunk) => chunk)
  carry(server, browser, link, (chunk) => acks.pass(chunk))
  // The browser gives a silent link up after a minute, or leaves.
  for (const event of ['end', 'close']) browser.once(event, () => link.silent && cut())
  return link
}

/** What is on its way when the harm is done is harmed: all is decided on arrival. */
function carry(from, to, link, filter) {
  const later = delay()
  const arrive = (chunk) => {
    const bytes = link.silent ? undefined : filter(chunk)
    if (!bytes?.length || !to.writable || to.write(bytes)) return
    from.pause()
    to.once('drain', () => from.resume())
  }
  const end = () => link.silent || to.end(link.cut)
  from.setNoDelay(true)
  from.on('error', () => from.destroy())
  from.on('data', (chunk) => later(() => arrive(chunk)))
  from.once('end', () => later(end))
  from.once('close', () => later(end))
}

/** The request as it came, but uncompressed: the ack filter reads along. */
export function opening({ method, url, rawHeaders }) {
  let text = `${method} ${url} HTTP/1.1\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!/^sec-websocket-extensions$/i.test(rawHeaders[at])) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`
  }
  return `${text}\r\n`
}
