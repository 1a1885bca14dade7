import { c as createClock, O as OptionError, r as run, a as assertNever, C as Close } from './shared/run.js';
import { L as Link, R as Rtt, l as listen } from './shared/page.js';

class Seen {
  #seen = /* @__PURE__ */ new Map();
  #maxCount;
  #maxAge;
  constructor(maxCount, maxAge) {
    this.#maxCount = maxCount;
    this.#maxAge = maxAge;
  }
  /** Whether it was seen before; from now on it was. */
  has(id, now) {
    const seen = this.#seen;
    const at = seen.get(id);
    if (at !== void 0 && now - at <= this.#maxAge) return true;
    seen.delete(id);
    seen.set(id, now);
    for (const [old, time] of seen) {
      if (seen.size <= this.#maxCount && now - time <= this.#maxAge) break;
      seen.delete(old);
    }
    return false;
  }
}

function makeEvent(type, fields) {
  const { CloseEvent, MessageEvent } = globalThis;
  const Kind = type === "close" ? CloseEvent : type === "message" ? MessageEvent : void 0;
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
    throw new DOMException("the code is not 1000 or 3000 to 4999", "InvalidAccessError");
  if (new TextEncoder().encode(reason).length > 123)
    throw new DOMException("the reason has over 123 bytes", "SyntaxError");
}

const BASE = 500;
const CLOSE_TIMEOUT = 3e3;
function createLink(options, rtt, isFatal) {
  return new Link({
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
function withQueue(link, queue, { debug, debugLogger }) {
  return {
    get deadline() {
      return Math.min(link.deadline, queue.due);
    },
    handle(input, now) {
      const outputs = link.handle(input, now);
      if (now >= queue.due) outputs.push({ do: "retransmit" }, ...link.probe(now));
      if (debug) debugLogger(input, outputs);
      return outputs;
    }
  };
}

const needed = () => void 0;
function settle(given) {
  const { heartbeat, ack, dedupe, page = globalThis, env = createClock() } = given;
  const numbers = {
    connectionTimeout: 1e4,
    minReconnectionDelay: 0,
    maxReconnectionDelay: 2e4,
    reconnectionDelayGrowFactor: 2,
    minUptime: 5e3,
    maxRetries: Infinity,
    maxEnqueuedMessages: Infinity
  };
  const rest = {
    WebSocket: globalThis.WebSocket ?? needed,
    startClosed: false,
    nonRetryableCodes: [],
    shouldReconnectOnClose: () => true,
    retryAfter: () => void 0,
    debug: false,
    debugLogger: globalThis.console.log
  };
  const beats = { interval: 15e3, timeout: 5e3, retries: 1, isPong: () => false, hidePongs: true };
  return {
    ...fill({ ...numbers, ...rest }, given),
    heartbeat: heartbeat && fill(beats, heartbeat, "heartbeat."),
    ack: ack && fill({ idOf: needed, isAck: needed, timeout: 0 }, ack, "ack."),
    dedupe: dedupe && fill({ idOf: needed, maxCount: 1e4, maxAge: 6e5 }, dedupe, "dedupe."),
    page,
    env
  };
}
async function ask(provider) {
  return typeof provider === "function" ? provider() : provider;
}
function fill(defaults, given, path = "") {
  const filled = { ...given };
  for (const [name, fallback] of Object.entries(defaults)) {
    const value = filled[name] ??= fallback;
    const kind = typeof fallback;
    const number = kind === "number";
    if (typeof value !== kind || value === needed || number && !(value >= 0))
      throw new OptionError("bad-option", `${path}${name} takes a ${kind}${number ? " of at least 0" : ""}`);
  }
  return filled;
}

const MAX_WAIT = 3e4;
class Queue {
  /** When a retransmission is due; at times too early, never too late. */
  due = Infinity;
  #items = /* @__PURE__ */ new Map();
  #rtt;
  #timeout;
  constructor(rtt, timeout) {
    this.#rtt = rtt;
    this.#timeout = timeout;
  }
  get size() {
    return this.#items.size;
  }
  /** All of it, in bytes. */
  get bytes() {
    return [...this.#items.values()].reduce((sum, { data }) => sum + sizeOf(data), 0);
  }
  drain() {
    const items = [...this.#items.values()];
    this.#items.clear();
    return items.map(({ data }) => data);
  }
  /**
   * Takes a message, and writes it where there is a link. An id said again replaces its message.
   * The app may change its buffer after `send`, so a copy is kept.
   */
  add(id, data, now, link) {
    const item = { data: copy(data), at: 0, tries: 0 };
    this.#items.set(id ?? item, item);
    if (link) this.#write(id ?? item, item, now, link);
  }
  /** Writes what is overdue; on a fresh link, everything. */
  flush(now, link, fresh) {
    this.due = Infinity;
    for (const [id, item] of this.#items) {
      if (fresh || now >= this.#dueAt(item)) this.#write(id, item, now, link);
      else this.due = Math.min(this.due, this.#dueAt(item));
    }
  }
  ack(id, now) {
    const item = this.#items.get(id);
    if (item?.tries === 1) this.#rtt.sample(now - item.at);
    this.#items.delete(id);
  }
  /** What has no id is forgotten once it is written. */
  #write(id, item, now, link) {
    link.send(item.data);
    item.at = now;
    item.tries++;
    if (id === item) this.#items.delete(id);
    else this.due = Math.min(this.due, this.#dueAt(item));
  }
  #dueAt({ at, tries }) {
    return at + Math.min(MAX_WAIT, (this.#timeout || this.#rtt.rto) * 2 ** (tries - 1));
  }
}
function sizeOf(data) {
  if (typeof data !== "object") return new TextEncoder().encode(data).length;
  return "size" in data ? data.size : data.byteLength;
}
function copy(data) {
  if (ArrayBuffer.isView(data)) return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return typeof data === "object" ? data.slice(0) : data;
}

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
  /** The link that is listened to; 0 for none. */
  #current = 0;
  /** The app was told of the link's end before the link's machine says what comes next. */
  #told = false;
  /** Bytes sent after `close`. */
  #lost = 0;
  #binaryType = "blob";
  #unlisten;
  /**
   * @param url a function is asked on each attempt.
   * @param protocols likewise.
   * @throws OptionError for an option with a value that it does not take.
   */
  constructor(url, protocols, options = {}) {
    super();
    const settled = settle(options);
    const rtt = new Rtt();
    this.#url = url;
    this.#protocols = protocols;
    this.#options = settled;
    this.#queue = new Queue(rtt, settled.ack?.timeout ?? 0);
    this.#seen = settled.dedupe && new Seen(settled.dedupe.maxCount, settled.dedupe.maxAge);
    this.#link = createLink(
      settled,
      rtt,
      (closing) => this.#ask(settled.shouldReconnectOnClose, closeEvent(closing)) === false
    );
    this.#feed = run(
      withQueue(this.#link, this.#queue, settled),
      settled.env,
      (output) => this.#perform(output)
    );
    addHandlers(this, ["open", "message", "error", "close"]);
    if (!settled.startClosed) this.#feed({ on: "connect" });
  }
  get readyState() {
    const { is } = this.#link.state;
    return is === "up" ? 1 : is === "closing" ? 2 : is === "idle" || is === "closed" ? 3 : 0;
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
  /** Kept across reconnects. */
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(value) {
    this.#binaryType = value;
    if (this.#ws) this.#ws.binaryType = value;
  }
  /** Bytes not yet on their way: those that wait for a link included, and those sent after `close`. */
  get bufferedAmount() {
    const open = this.#open;
    return this.#lost + (open ? open.bufferedAmount : this.#queue.bytes);
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
  send(data) {
    const { state } = this.#link;
    const open = this.#open;
    if (state.is === "closing" || state.is === "closed") this.#lost += sizeOf(data);
    else if (open ?? this.#queue.size < this.#options.maxEnqueuedMessages) {
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
    this.#told = false;
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
        this.#ping(output.link);
        break;
      case "retransmit":
        this.#flush(false);
        break;
      case "hangup":
        if (this.#ws) this.#ws.close(output.code, output.reason);
        else this.#feed({ on: "ended", link: output.link, closing: { code: Close.abnormal, reason: "" } });
        break;
      case "drop":
        this.#drop(output.closing);
        break;
      case "retry":
        this.#finish(output.closing)();
        this.#emit("retry", { attempt: output.attempt, delay: output.delay });
        break;
      case "ended":
        this.#unlisten?.();
        this.#unlisten = void 0;
        queueMicrotask(this.#finish(output.closing));
        break;
      default:
        assertNever(output);
    }
  }
  async #dial(link) {
    const { WebSocket, page } = this.#options;
    this.#current = link;
    this.#told = false;
    this.#ws = void 0;
    if (page) this.#unlisten ??= listen(page, (on) => this.#feed({ on }));
    try {
      const [url, protocols] = await Promise.all([ask(this.#url), ask(this.#protocols)]);
      if (link === this.#current) this.#adopt(new WebSocket(url, protocols ?? []), link);
    } catch (error) {
      this.#fail(error);
      this.#feed({ on: "ended", link, closing: { code: Close.abnormal, reason: "" } });
    }
  }
  /** Listens to a native socket for as long as its link is the current one. */
  #adopt(ws, link) {
    const on = (type, hear) => {
      ws.addEventListener(type, (event) => {
        if (link === this.#current) hear(event);
      });
    };
    this.#ws = ws;
    ws.binaryType = this.#binaryType;
    on("open", () => {
      this.#feed({ on: "opened", link });
      if (this.#link.state.is !== "up") return;
      this.#flush(true);
      this.#emit("open");
    });
    on("message", (event) => this.#receive(event, link));
    on("error", ({ error, message }) => this.#emit("error", { error, message }));
    on("close", (event) => {
      const { code, reason, wasClean } = event;
      const retryAfter = this.#ask(this.#options.retryAfter, event);
      this.#feed({ on: "ended", link, closing: { code, reason, clean: wasClean, ...retryAfter && { retryAfter } } });
    });
  }
  #receive({ data, origin }, link) {
    const { heartbeat, ack, dedupe, env } = this.#options;
    const pong = !!this.#ask(heartbeat?.isPong, data);
    this.#feed({ on: "heard", link, pong });
    if (pong && heartbeat?.hidePongs) return;
    const acked = this.#ask(ack?.isAck, data);
    this.#queue.ack(acked === true ? this.#ask(ack?.idOf, data) : acked, env.now());
    const id = this.#ask(dedupe?.idOf, data);
    if (id === void 0 || id === null || !this.#seen?.has(id, env.now())) this.#emit("message", { data, origin });
  }
  #ping(link) {
    const { heartbeat } = this.#options;
    if (!heartbeat) {
      this.#feed({ on: "heard", link, pong: false });
      return;
    }
    const { message = "ping" } = heartbeat;
    const ping = typeof message === "function" ? this.#ask(message) : message;
    if (ping !== void 0) this.#open?.send(ping);
  }
  #flush(fresh) {
    const open = this.#open;
    if (open) this.#queue.flush(this.#options.env.now(), open, fresh);
    else this.#queue.due = Infinity;
    this.#feed({ on: "tick" });
  }
  /** Lets go of a link at once; the close event of a dead one would take up to a minute. */
  #drop(closing) {
    this.#current = 0;
    this.#ws?.close(closing.code < 3e3 ? 1e3 : closing.code, closing.reason);
    if (closing.code === Close.timeout) this.#fail(new Error(closing.reason));
    this.dispatchEvent(closeEvent(closing));
    this.#told = true;
  }
  /** Forgets the link that has ended; what is returned tells the app, unless it was told. */
  #finish(closing) {
    const told = this.#told;
    this.#current = 0;
    this.#told = false;
    return () => {
      if (!told) this.dispatchEvent(closeEvent(closing));
    };
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

export { ResilientWebSocket };
//# sourceMappingURL=socket.js.map
