'use strict';

var page = require('./shared/page.cjs');
var run = require('./shared/run.cjs');
var env = require('./shared/env.cjs');

function isBinary(data) {
  return typeof data === "object" && !!data && ("byteLength" in data || "size" in data && "slice" in data);
}
function toData(data) {
  return isBinary(data) ? data : String(data);
}
function utf8Size(text) {
  return new TextEncoder().encode(text).length;
}
function sizeOf(data) {
  if (typeof data !== "object") return utf8Size(data);
  return "size" in data ? data.size : data.byteLength;
}
function copy(data) {
  if (ArrayBuffer.isView(data)) return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return data.slice(0);
}

function remember({ maxCount, maxAge }) {
  const seen = /* @__PURE__ */ new Map();
  return (id, now) => {
    const at = seen.get(id);
    if (at !== void 0 && now - at <= maxAge) return true;
    seen.delete(id);
    seen.set(id, now);
    for (const [old, time] of seen) {
      if (seen.size <= maxCount && now - time <= maxAge) break;
      seen.delete(old);
    }
    return false;
  };
}

function makeEvent(type, fields) {
  const has = globalThis;
  const kinds = { close: has.CloseEvent, message: has.MessageEvent };
  const Kind = kinds[type];
  return Kind ? new Kind(type, fields) : Object.assign(new Event(type), fields);
}
function addHandlers(target, types) {
  for (const type of types) {
    let handler = null;
    const hear = (event) => handler?.call(target, event);
    Object.defineProperty(target, `on${type}`, {
      get: () => handler,
      set(value) {
        handler = typeof value === "function" ? value : null;
        target[handler ? "addEventListener" : "removeEventListener"](type, hear);
      }
    });
  }
}
function closeEvent({ code, reason, clean = false }) {
  return makeEvent("close", { code, reason, wasClean: clean });
}
function checkClose(code, reason) {
  if (code !== 1e3 && !(code >= 3e3 && code <= 4999))
    throw new DOMException("code takes 1000, 3000 to 4999", "InvalidAccessError");
  if (utf8Size(reason) > 123) throw new DOMException("reason takes 123 bytes", "SyntaxError");
}

const BASE = 500;
const CLOSE_TIMEOUT = 3e3;
function createLink(options, rtt, isFatal) {
  return new page.Link({
    backoff: {
      base: BASE,
      cap: options.maxReconnectionDelay,
      factor: options.reconnectionDelayGrowFactor,
      floor: options.minReconnectionDelay
    },
    heartbeat: options.heartbeat ?? { interval: Infinity, timeout: 0, retries: 0 },
    connectTimeout: options.connectionTimeout,
    stableAfter: options.minUptime,
    maxRetries: options.maxRetries,
    closeTimeout: CLOSE_TIMEOUT,
    greets: false,
    isFatal: (closing) => !options.maxRetries || options.nonRetryableCodes.includes(closing.code) || isFatal(closing),
    random: () => options.env.random(),
    rtt
  });
}
function withQueue(link, queue, decided) {
  return {
    get deadline() {
      return Math.min(link.deadline, queue.due);
    },
    handle(input, now) {
      const idle = link.state.is === "idle";
      const outputs = link.handle(input, now);
      if (idle && input.on === "close") outputs.length = 0;
      if (input.on === "opened" && link.state.is === "up") outputs.push({ do: "flush", fresh: true });
      else if (now >= queue.due) outputs.push({ do: "flush", fresh: false }, ...link.probe(now));
      decided(input, outputs);
      return outputs;
    }
  };
}

const required = [null, "function"];
const settle = (given) => page.fill(
  "options",
  {
    connectionTimeout: page.number(1e4),
    minReconnectionDelay: page.number(0),
    maxReconnectionDelay: page.number(2e4),
    reconnectionDelayGrowFactor: page.number(2),
    minUptime: page.number(5e3),
    maxRetries: page.number(Infinity),
    maxEnqueuedMessages: page.number(Infinity),
    WebSocket: [globalThis.WebSocket ?? null, "function"],
    env: [env.createClock()],
    startClosed: [false],
    nonRetryableCodes: [[], "list", Array.isArray],
    shouldReconnectOnClose: [() => true],
    retryAfter: [() => void 0],
    debug: [false],
    debugLogger: [globalThis.console.log],
    heartbeat: page.group("heartbeat", {
      interval: page.number(15e3, 100),
      timeout: page.number(5e3),
      retries: page.count(1),
      isPong: [() => false],
      hidePongs: [true],
      message: ["ping", "data or function", (value) => /^[sf]/.test(typeof value) || isBinary(value)]
    }),
    ack: page.group("ack", { idOf: required, isAck: required, timeout: page.number(0) }),
    dedupe: page.group("dedupe", {
      idOf: required,
      maxCount: page.number(1e4),
      maxAge: page.number(6e5)
    }),
    page: page.objectOrFalse
  },
  given
);
function checkUrl(url) {
  page.need(url !== void 0, "url is missing");
  if (typeof url === "function") return;
  try {
    const { href } = new URL(url, globalThis.location?.href);
    if (/^(ws|http)s?:[^#]*$/.test(href)) return;
  } catch {
  }
  throw new DOMException("bad URL", "SyntaxError");
}
async function ask(provider) {
  return typeof provider === "function" ? provider() : provider;
}

const MAX_WAIT = 3e4;
function createQueue(rtt, timeout) {
  const items = /* @__PURE__ */ new Map();
  let bytes = 0;
  const forget = (id) => {
    const item = items.get(id);
    bytes -= item?.size ?? 0;
    items.delete(id);
    return item;
  };
  const dueAt = ({ at, tries }) => at + Math.min(MAX_WAIT, (timeout || rtt.rto) * 2 ** (tries - 1));
  const write = (id, item, now, link) => {
    link.send(item.data);
    item.at = now;
    item.tries++;
    if (id === item) forget(id);
    else queue.due = Math.min(queue.due, dueAt(item));
  };
  const queue = {
    /** When a retransmission is due; at times too early, never too late. */
    due: Infinity,
    size: () => items.size,
    /** All of it, in bytes. */
    bytes: () => bytes,
    drain: () => [...items.keys()].flatMap((id) => forget(id)?.data ?? []),
    /**
     * Takes a message, and writes it where there is a link. An id said again replaces its message.
     * The app may change its buffer after `send`, so a copy is kept.
     */
    add(id, data, now, link) {
      const item = { data: copy(data), size: sizeOf(data), at: 0, tries: 0 };
      const key = id ?? item;
      bytes += item.size - (items.get(key)?.size ?? 0);
      items.set(key, item);
      if (link) write(key, item, now, link);
    },
    /** Writes what is overdue; on a fresh link, everything. */
    flush(now, link, fresh) {
      queue.due = Infinity;
      for (const [id, item] of items) {
        if (fresh || now >= dueAt(item)) write(id, item, now, link);
        else queue.due = Math.min(queue.due, dueAt(item));
      }
    },
    ack(id, now) {
      const item = forget(id);
      if (item?.tries === 1) rtt.sample(now - item.at);
    }
  };
  return queue;
}

const readyStates = { up: 1, closing: 2, idle: 3, closed: 3 };
class ResilientWebSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  CONNECTING = 0;
  OPEN = 1;
  CLOSING = 2;
  CLOSED = 3;
  #url;
  #protocols;
  #options;
  #link;
  #queue;
  #seen;
  #feed;
  #ws;
  /** What is now performed began with the end of a link, and the app was told of that. */
  #told = false;
  /** Bytes sent after `close`. */
  #lost = 0;
  #binaryType = "blob";
  #unlisten;
  /**
   * @param url a function is asked on each attempt.
   * @param protocols likewise.
   * @throws OptionError for an option that there is not, or with a value that it does not take; DOMException
   * `SyntaxError` for a URL that no WebSocket has.
   */
  constructor(url, protocols, options = {}) {
    super();
    checkUrl(url);
    const settled = settle(options);
    const rtt = new page.Rtt();
    this.#url = url;
    this.#protocols = protocols;
    this.#options = settled;
    this.#queue = createQueue(rtt, settled.ack?.timeout ?? 0);
    this.#seen = settled.dedupe && remember(settled.dedupe);
    this.#link = createLink(
      settled,
      rtt,
      (closing) => this.#ask(settled.shouldReconnectOnClose, closeEvent(closing)) === false
    );
    const machine = withQueue(this.#link, this.#queue, (input, outputs) => {
      this.#told = false;
      if (settled.debug) settled.debugLogger(input, outputs);
    });
    this.#feed = run.run(machine, settled.env, (output) => this.#perform(output), true);
    addHandlers(this, ["open", "message", "error", "close"]);
    if (!settled.startClosed) this.#feed({ on: "connect" });
  }
  get readyState() {
    return readyStates[this.#link.state.is] ?? 0;
  }
  get url() {
    return this.#ws?.url ?? (typeof this.#url === "function" ? "" : `${this.#url}`);
  }
  get protocol() {
    return this.#ws?.protocol ?? "";
  }
  get extensions() {
    return this.#ws?.extensions ?? "";
  }
  /** Kept across reconnects; what is neither `blob` nor `arraybuffer` is ignored. */
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(value) {
    if (!/^(blob|arraybuffer)$/.test(value)) return;
    this.#binaryType = value;
    if (this.#ws) this.#ws.binaryType = value;
  }
  /** Bytes not yet on their way: those that wait for a link included, and those sent after `close`. */
  get bufferedAmount() {
    const open = this.#open;
    return this.#lost + (open ? open.bufferedAmount : this.#queue.bytes());
  }
  /** Failures in a row. */
  get retryCount() {
    const { state } = this.#link;
    return "failures" in state ? state.failures : 0;
  }
  /**
   * Sends, or keeps until there is a link. After `close` the message is dropped in silence, as the standard has it.
   * @returns whether it went out at once.
   */
  send(given) {
    const data = toData(given);
    const open = this.#open;
    if ("closing" in this.#link.state) this.#lost += sizeOf(data);
    else if (open ?? this.#queue.size() < this.#options.maxEnqueuedMessages) {
      this.#queue.add(this.#ask(this.#options.ack?.idOf, data), data, this.#options.env.now(), open);
      this.#feed({ on: "tick" });
    }
    return !!open;
  }
  /** Takes back what waits for a link or an acknowledgement, in the order sent. */
  drainQueuedMessages() {
    return this.#queue.drain();
  }
  /**
   * Closes for good, unless `reconnect` is called. What still waits is kept for that.
   * @throws DOMException `InvalidAccessError` for a code that is neither 1000 nor 3000 to 4999, `SyntaxError` for a
   * reason of over 123 bytes.
   */
  close(code = 1e3, reason = "") {
    checkClose(code, reason);
    this.#feed({ on: "close", code, reason });
  }
  /** Leaves the link, if there is one, and dials at once; opens what is closed. Throws as `close` does. */
  reconnect(code = 1e3, reason = "") {
    checkClose(code, reason);
    this.#lost = 0;
    this.#feed({ on: "reconnect", code, reason });
  }
  /** The native socket, while it takes messages. */
  get #open() {
    return this.#ws?.readyState === 1 ? this.#ws : void 0;
  }
  #perform(output) {
    switch (output.do) {
      case "open":
        void this.#dial(output.link);
        break;
      case "ping":
        this.#ping();
        break;
      case "flush":
        this.#flush(output.fresh);
        break;
      case "hangup":
        if (this.#ws) this.#ws.close(output.code, output.reason);
        else this.#ended(output.link);
        break;
      case "drop":
        this.#drop(output.closing);
        break;
      case "retry":
        if (!this.#told) this.#tell(output.closing);
        this.#emit("retry", { attempt: output.attempt, delay: output.delay });
        break;
      case "ended":
        this.#unlisten?.();
        this.#unlisten = void 0;
        if (!this.#told) queueMicrotask(() => this.#tell(output.closing));
        break;
    }
  }
  async #dial(link) {
    const { WebSocket, page: page$1 = globalThis } = this.#options;
    this.#ws = void 0;
    if (page$1) this.#unlisten ??= page.listen(page$1, (on) => this.#feed({ on }));
    try {
      const [url, protocols] = await Promise.all([ask(this.#url), ask(this.#protocols)]);
      if (this.#isCurrent(link)) this.#adopt(new WebSocket(url, protocols ?? []), link);
    } catch (error) {
      this.#fail(error);
      this.#ended(link);
    }
  }
  #isCurrent(link) {
    const { state } = this.#link;
    return "link" in state && state.link === link;
  }
  /** Listens to a native socket for as long as its link is the current one. */
  #adopt(ws, link) {
    const on = (type, hear) => {
      ws.addEventListener(type, (event) => {
        if (this.#isCurrent(link)) hear(event);
      });
    };
    this.#ws = ws;
    ws.binaryType = this.#binaryType;
    on("open", () => this.#feed({ on: "opened", link }));
    on("message", (event) => this.#receive(event, link));
    on("error", ({ error, message }) => this.#emit("error", { error, message }));
    on("close", (event) => {
      const { code, reason, wasClean } = event;
      const retryAfter = this.#ask(this.#options.retryAfter, event);
      this.#ended(link, { code, reason, clean: wasClean, ...retryAfter && { retryAfter } });
    });
  }
  #ended(link, closing = { code: run.Close.abnormal, reason: "" }) {
    this.#feed({ on: "ended", link, closing });
  }
  #receive({ data, origin }, link) {
    const { heartbeat, ack, dedupe, env } = this.#options;
    const pong = !!this.#ask(heartbeat?.isPong, data);
    this.#feed({ on: "heard", link, pong });
    if (pong && heartbeat?.hidePongs) return;
    const acked = this.#ask(ack?.isAck, data);
    this.#queue.ack(acked === true ? this.#ask(ack?.idOf, data) : acked, env.now());
    const id = this.#ask(dedupe?.idOf, data);
    if (id === void 0 || id === null || !this.#seen?.(id, env.now())) this.#emit("message", { data, origin });
  }
  #ping() {
    const message = this.#options.heartbeat?.message;
    const ping = typeof message === "function" ? this.#ask(message) : message;
    if (ping !== void 0) this.#open?.send(ping);
  }
  /** Writes what is overdue; on a fresh link everything, before the app hears of it. */
  #flush(fresh) {
    const open = this.#open;
    if (open) this.#queue.flush(this.#options.env.now(), open, fresh);
    else this.#queue.due = Infinity;
    if (fresh) this.#emit("open");
  }
  /** Lets go of a link at once; the close event of a dead one would take up to a minute. */
  #drop(closing) {
    this.#ws?.close(closing.code < 3e3 ? 1e3 : closing.code, closing.reason);
    if (closing.code === run.Close.timeout) this.#fail(new Error(closing.reason));
    this.#tell(closing);
    this.#told = true;
  }
  #tell(closing) {
    this.dispatchEvent(closeEvent(closing));
  }
  /** Asks the app; its mistake is reported, and is no answer. */
  #ask(question, ...args) {
    try {
      return question?.(...args);
    } catch (error) {
      this.#fail(error);
      return void 0;
    }
  }
  #fail(error) {
    this.#emit("error", { error, message: String(error) });
  }
  #emit(type, fields) {
    this.dispatchEvent(makeEvent(type, fields));
  }
}

exports.ResilientWebSocket = ResilientWebSocket;
//# sourceMappingURL=socket.cjs.map
