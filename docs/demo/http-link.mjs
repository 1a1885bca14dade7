// A link over HTTP is no socket: it is all the requests that show one ticket.

/** Without a request for so long it is over, ms. Who asks least asks every two seconds. */
const QUIET = 6_000

/** The links over HTTP of one person. `changed` is called when one comes or goes. */
export class HttpLinks {
  #links
  #changed
  #byTicket = new Map()

  /** @param links all of the person's links, where these are put as well */
  constructor(links, changed) {
    this.#links = links
    this.#changed = changed
  }

  /** The link of this ticket, which is there from now on. */
  of(ticket) {
    const known = this.#byTicket.get(ticket)
    if (known) return known
    const link = { silent: false, exchanges: new Set(), cut: () => this.#cut(link), timer: undefined }
    this.name(ticket, link)
    this.#links.add(link)
    this.#changed()
    return link
  }

  /** A link gets a new ticket while it lasts. */
  name(ticket, link) {
    this.#byTicket.set(ticket, link)
  }

  join(link, exchange) {
    clearTimeout(link.timer)
    link.exchanges.add(exchange)
  }

  /** @param last nothing follows on this link */
  leave(link, exchange, last) {
    link.exchanges.delete(exchange)
    clearTimeout(link.timer)
    if (last) this.end(link)
    else if (link.exchanges.size === 0) link.timer = setTimeout(() => this.end(link), QUIET).unref()
  }

  end(link) {
    clearTimeout(link.timer)
    for (const [ticket, one] of this.#byTicket) if (one === link) this.#byTicket.delete(ticket)
    if (this.#links.delete(link)) this.#changed()
  }

  #cut(link) {
    for (const exchange of [...link.exchanges]) exchange.cut()
    this.end(link)
  }
}
