import { g as guard, H as HoldfastError, i as isNumber, C as Close, M as MessageError, b as ConnectionError, v as verdict, d as inWords, F as FrameError, a as isObject, r as run, O as OptionError, f as flaw, s as serverShapes } from './shared/run.js';
import { n as need, R as Rtt, L as Link, M as MAX_HOLD, b as look, l as listen$1, f as fill, o as objectOrFalse, g as group, i as isObjectOrFalse, a as number, c as count } from './shared/page.js';
import { P as PROTOCOL_VERSION, a as assertNever, p as pack, s as sizeOf, c as clientCodec, u as unpack } from './shared/codec.js';
import { a as createEnv, c as createClock } from './shared/env.js';

class Emitter {
  /** A listener may be there twice; each stops by itself. */
  #listeners = /* @__PURE__ */ new Set();
  /** Returns the way to stop listening. */
  on(type, listener, { signal } = {}) {
    const one = [type, listener];
    const off = () => {
      this.#listeners.delete(one);
    };
    if (!signal?.aborted) this.#listeners.add(one);
    signal?.addEventListener("abort", off, { once: true });
    return off;
  }
  emit(type, event) {
    for (const [heard, listener] of [...this.#listeners]) if (heard === type) guard(listener, event);
  }
}

const MAX_UNREAD = 1e4;
class Channel {
  name;
  #host;
  #events = new Emitter();
  constructor(host, name) {
    need(typeof name === "string" && name !== "" && name.length < 256, "name takes: string, 1 to 255 characters");
    this.#host = host;
    this.name = name;
  }
  /**
   * Sends a JSON value, or binary. Never throws for being offline: the message waits in the outbox. What cannot be
   * encoded makes this message fail, and no other.
   */
  send(body, options = {}) {
    return this.#host.send(this.name, body, options);
  }
  /** Listens. The first to listen to `message` starts the reading; returns the way to stop listening. */
  on(type, listener, options) {
    const { from = "now" } = options ?? {};
    need(
      ["now", "oldest", "last"].includes(from) || isNumber(from),
      `from takes: 'now', 'oldest', 'last' or whole number`
    );
    const off = this.#events.on(type, listener, options);
    if (type === "message") this.#host.follow(this.name, from);
    return off;
  }
  /** Stops reading. Messages to send still leave. */
  leave() {
    this.#host.follow(this.name, void 0);
  }
  /**
   * A page of the log, at most 1,000 entries.
   * @param options `from`: the first offset wanted, default 1. `limit`: entries at most, default 100.
   * @throws OptionError for numbers that are none.
   * @throws ConnectionError where the server does not allow it, or the client is closed.
   */
  async history({ from = 1, limit = 100 } = {}) {
    need(isNumber(from) && isNumber(limit), "history() takes: whole number");
    const { entries, oldest, next, epoch } = await this.#host.history(this.name, from, limit);
    return { entries: entries.map((entry) => this.#incoming(entry)), oldest, next, epoch };
  }
  /** The messages from now on, in order, until the client is closed. */
  async *[Symbol.asyncIterator]() {
    const unread = [];
    let wake = () => void 0;
    const off = this.on("message", (message) => {
      if (unread.length <= MAX_UNREAD) unread.push(message);
      wake();
    });
    const offStatus = this.#host.on("status", () => {
      wake();
    });
    try {
      for (; ; ) {
        for (let message; message = unread.shift(); ) {
          if (unread.length >= MAX_UNREAD)
            throw new HoldfastError("overflow", `the reader is ${MAX_UNREAD} messages behind`);
          yield message;
        }
        if (this.#host.status === "closed") return;
        await new Promise((resolve) => wake = resolve);
      }
    } finally {
      off();
      offStatus();
    }
  }
  /** @internal The client's word. */
  deliver(message) {
    this.#events.emit("message", this.#incoming(message));
  }
  /** @internal The client's word. */
  tell(type, event) {
    this.#events.emit(type, event);
  }
  #incoming({ body, id = "", from = "", offset = 0, time = 0 }) {
    return { body, id, from, offset, time, own: id.startsWith(`${this.#host.id}:`) };
  }
}

const ENVELOPE = 1024;
const FIRST_FLIGHT = 1e3;
class Greeting {
  /** The largest packet that gets through, as far as one was ever turned back on the way; bytes. */
  passes = Infinity;
  #client;
  #key;
  #ticket;
  constructor(client, key) {
    this.#client = client;
    this.#key = key;
  }
  hello(acked) {
    const hello = { t: "hello", v: PROTOCOL_VERSION, client: this.#client, key: this.#key, acked };
    if (this.#ticket !== void 0) hello.ticket = this.#ticket;
    return hello;
  }
  /** Of what goes with the hello, bytes at most. */
  flight(line) {
    return Math.min(line.within(FIRST_FLIGHT), this.passes / 2);
  }
  /** Takes the server's terms: the largest packet and the largest body, bytes. */
  accept({ ticket, max }) {
    this.#ticket = ticket;
    return { packet: Math.min(max, this.passes / 2), body: Math.max(0, Math.min(max, this.passes) - ENVELOPE) };
  }
}

const DOUBT = 9e3;
class Doubt {
  #helloAt = 0;
  /** How far the server's clock is ahead of this one, ms, at most. */
  #ahead = Infinity;
  /** When it was first asked for something overdue, since the last answer to anything. */
  #since;
  /** The hello leaves. */
  greet(now) {
    this.#helloAt = now;
  }
  /** @param time of the welcome; a server need not tell its own. */
  welcomed(time = Infinity) {
    this.#ahead = time - this.#helloAt;
  }
  /** There was an answer, or another link. */
  end() {
    this.#since = void 0;
  }
  /**
   * Something is overdue, and asked for.
   * @param extra what an answer may take longer, ms.
   * @returns whether the link is to be given up.
   */
  ask(now, extra) {
    this.#since ??= now;
    return now - this.#since >= DOUBT + extra;
  }
  /**
   * No answer is among these.
   * @returns how long after the question the last of them was said, ms, at least; less than 0 where nobody knows.
   */
  hear(frames, now) {
    const last = frames.reduce((latest, frame) => Math.max(latest, frame.time ?? 0), 0);
    this.#ahead = Math.max(this.#ahead, last - now);
    return last - this.#ahead - (this.#since ?? Infinity);
  }
}

const verdicts = /* @__PURE__ */ new Set(["accepted", "refused", "delivered"]);
const unasked = /* @__PURE__ */ new Set(["message", "delivered", "present", "ping", "large"]);

class Hearing {
  doubt = new Doubt();
  #up;
  /** Of the packet that was announced and is to come next, bytes; and since when. */
  #coming = 0;
  #since = 0;
  constructor(up) {
    this.#up = up;
  }
  /** What an answer may take longer for what is large and on its way, ms. */
  get extra() {
    return this.#up.throughput.time(this.#load);
  }
  /** So many bytes come next. */
  announced(bytes, now) {
    this.#coming = bytes;
    this.#since = now;
  }
  /** How long after the question these were said, ms, at least, and no answer came before; else less than 0. */
  hears(frames, now) {
    this.#up.throughput.took(this.#coming, now - this.#since);
    this.#coming = 0;
    if (frames.every(({ t }) => unasked.has(t))) return this.doubt.hear(frames, now);
    this.doubt.end();
    return -Infinity;
  }
  /** The link is over. */
  lost(code) {
    if (code === Close.timeout) this.#up.throughput.doubt(this.#load);
    this.#coming = 0;
    this.doubt.end();
  }
  get #load() {
    return this.#up.load + this.#coming;
  }
}
const DEAF = { code: Close.timeout, reason: "nothing that was said is answered" };

const FIRST_PACE = 32;
const MAX_PACE = 1e3;
const MIN_PACE = 1;
const LARGE = 8192;
const isLarge = (bytes) => bytes >= LARGE;
class Throughput {
  #pace = FIRST_PACE;
  /** What so many bytes may take, ms. */
  time(bytes) {
    return isLarge(bytes) ? bytes / this.#pace : 0;
  }
  /** What may take no longer, bytes; 32 a ms at most. */
  within(ms) {
    return Math.min(FIRST_PACE, this.#pace) * ms;
  }
  /** So many got there in so long. */
  took(bytes, ms) {
    if (isLarge(bytes)) this.#pace = Math.min(MAX_PACE, Math.max(MIN_PACE, bytes / Math.max(0, ms)));
  }
  /** So many got no answer in their time: the line may be narrower than believed, or than it was. */
  doubt(bytes) {
    if (isLarge(bytes)) this.#pace = Math.max(MIN_PACE, Math.min(FIRST_PACE, this.#pace / 2));
  }
}

const SWEEP = 50;
const MAX_RTO = 3e4;
class Outbox {
  /** Cumulative: every message up to this one was acknowledged. */
  acked = 0;
  /** Waiting and unacknowledged bodies together, bytes. */
  bytes = 0;
  retransmits = 0;
  /** The first so many are in flight on the current link. */
  inFlight = 0;
  throughput = new Throughput();
  #options;
  #rtt;
  #items = [];
  /** The last message of each channel and key, until it is settled. */
  #slots = /* @__PURE__ */ new Map();
  #window;
  #maxBody = Infinity;
  #expiresAt = Infinity;
  /** How often in a row the oldest was overdue; its RTO doubles each time. */
  #strikes = 0;
  /** When the server last took something: the next is awaited from then on (RFC 6298, 5.3). */
  #movedAt = 0;
  constructor(options, rtt) {
    this.#options = options;
    this.#rtt = rtt;
    this.#window = options.window;
  }
  get size() {
    return this.#items.length;
  }
  /** Unsettled, in their order. */
  get items() {
    return this.#items;
  }
  /** When to look for expired messages next. */
  get expiresAt() {
    return this.size ? this.#expiresAt : Infinity;
  }
  /** In flight, bytes. */
  get load() {
    return this.#items.slice(0, this.inFlight).reduce((sum, { bytes }) => sum + bytes, 0);
  }
  /** When the oldest in flight has been without an answer for too long; of use while there is a link. */
  get overdueAt() {
    const [oldest] = this.#items;
    if (!oldest || !this.inFlight) return Infinity;
    const patience = (this.#rtt.rto + this.throughput.time(oldest.bytes)) * 2 ** this.#strikes;
    return Math.max(oldest.sentAt ?? 0, this.#movedAt) + Math.min(patience, MAX_RTO);
  }
  /** Takes a message, or settles it (and those that gave way) at once. */
  push(draft) {
    if (draft.bytes > this.#maxBody) return [this.#tooBig(draft)];
    const slot = draft.key === void 0 ? void 0 : JSON.stringify([draft.ch, draft.key]);
    const known = this.#slots.get(slot);
    const older = known?.tries ? void 0 : known;
    const gone = this.#giveWay(draft, older);
    if (!gone) return [fail(draft, "queue-full", `the outbox has ${this.size} messages, ${this.bytes} bytes`)];
    for (const item2 of gone) this.#take(this.#items.indexOf(item2));
    const { seq, ch, body, bytes, expiresAt, tag } = draft;
    const item = { seq, ch, body, bytes, key: slot, expiresAt, tag, sentAt: void 0, tries: 0 };
    this.#items.push(item);
    this.bytes += bytes;
    if (slot !== void 0) this.#slots.set(slot, item);
    this.#expiresAt = Math.min(this.#expiresAt, expiresAt);
    return gone.map((lost) => fail(lost, lost === older ? "superseded" : "dropped", "a newer message took its place"));
  }
  /**
   * What the window lets out now. `sent` holds the tags of those that leave for the first time.
   * @param limit bytes at most, also for a message alone.
   */
  pump(now, limit = Infinity) {
    const frames = [];
    const sent = [];
    const most = Math.min(limit, this.#options.windowBytes);
    let bytes = this.load;
    for (let item; this.inFlight < this.#window && (item = this.#items[this.inFlight]); this.inFlight++) {
      bytes += item.bytes;
      if (bytes > most && (this.inFlight || limit < Infinity)) break;
      if (item.sentAt === void 0) sent.push(item.tag);
      frames.push(this.#write(item, this.inFlight, now));
    }
    return { frames, sent };
  }
  /** The link is gone: what was in flight is not. */
  interrupt() {
    this.inFlight = 0;
    this.#strikes = 0;
  }
  /**
   * What another page left behind that had this client's name. It may have written any of it since, and of the own
   * messages those up to `bound`: these keep their numbers, and all others get numbers after `seq`.
   */
  restore(items, acked, seq, bound) {
    this.interrupt();
    this.acked = Math.max(this.acked, acked);
    const own = this.#items.filter((item) => item.seq <= bound);
    for (const item of own) item.tries ||= 1;
    const others = items.map((item) => ({ ...item, tries: item.tries || 1, sentAt: void 0 }));
    for (const item of others) {
      this.bytes += item.bytes;
      this.#expiresAt = Math.min(this.#expiresAt, item.expiresAt);
    }
    this.#items = [...own, ...others, ...this.#items.filter((item) => item.seq > bound)];
    return this.renumber(seq);
  }
  /** Numbers up to `taken` are used: those that were never written, and were not another page's, get later ones. */
  renumber(taken2) {
    const numbered = [{ do: "number", seq: taken2 }];
    for (const item of this.#items) {
      if (item.tries || item.seq > taken2) continue;
      item.seq = ++taken2;
      numbered.push({ do: "number", tag: item.tag, seq: item.seq });
    }
    return numbered;
  }
  /** The server's terms, known from its welcome. Messages over `maxBody` bytes are settled. */
  agree(window, maxBody) {
    this.#window = Math.min(this.#options.window, Math.max(1, window));
    this.#maxBody = maxBody;
    return this.#settle(
      (item) => item.bytes > maxBody,
      (item) => this.#tooBig(item)
    );
  }
  /** Everything up to `seq` is accepted. What was never sent cannot be. */
  ack(seq, now) {
    let count = 0;
    let bytes = 0;
    let fresh;
    const [first] = this.#items;
    for (let item; (item = this.#items[count]) && item.tries && item.seq <= seq; count++) {
      this.acked = Math.max(this.acked, item.seq);
      this.#forget(item);
      bytes += item.bytes;
      fresh = item.tries === 1 && count < this.inFlight ? item : void 0;
    }
    if (!count) return [];
    const done = this.#items.splice(0, count);
    if (fresh?.sentAt !== void 0) {
      const since = Math.max((first?.sentAt ?? 0) + (this.#rtt.srtt ?? 0), this.#movedAt);
      if (!this.#strikes) this.throughput.took(bytes, now - since);
      if (!done.some((item) => isLarge(item.bytes))) this.#rtt.sample(now - fresh.sentAt);
    }
    this.inFlight = Math.max(0, this.inFlight - count);
    this.#movedAt = now;
    if (this.#strikes && count === 1 && !fresh) this.interrupt();
    this.#strikes = 0;
    return done.map(taken);
  }
  /** One message is settled out of turn: accepted, or refused with a reason. */
  settle(seq, error) {
    const at = this.#items.findIndex((item2) => item2.seq >= seq || !item2.tries);
    if (this.#items[at]?.seq !== seq || !this.#items[at].tries) return [];
    const item = this.#take(at);
    if (!at) this.#strikes = 0;
    if (error) this.interrupt();
    return [error ? fail(item, error.code, error.reason) : taken(item)];
  }
  /** Settles what has expired: surely not taken if it was never sent, in doubt otherwise. */
  expire(now) {
    if (now < this.#expiresAt) return [];
    const settled = this.#settle(
      (item) => item.expiresAt <= now,
      (item) => fail(item, item.tries ? "in-doubt" : "expired", "its time to live has passed")
    );
    const next = this.#items.reduce((least, { expiresAt }) => Math.min(least, expiresAt), Infinity);
    this.#expiresAt = Math.max(next, now + SWEEP);
    return settled;
  }
  /**
   * The oldest in flight leaves again when it is overdue, alone: the rest follows when the server has moved. What is large
   * may be on its way still: the first time its link is only to be asked. Undefined where nothing is overdue.
   */
  retransmit(now) {
    const [oldest] = this.#items;
    if (now < this.overdueAt || !oldest) return void 0;
    return this.#strikes++ || !isLarge(oldest.bytes) ? [this.#write(oldest, 0, now)] : [];
  }
  /**
   * Leaves for good. Should it come back all the same, it says that one number more is settled than were ever sent: by that
   * it is told from what was on its way before it left.
   */
  leave() {
    this.acked = Math.max(this.acked, this.#items.at(-1)?.seq ?? 0) + 1;
    return { do: "number", seq: this.acked };
  }
  /** Settles everything: nothing will be sent any more. There may be very many, so those of one fate share their error. */
  close(reason) {
    const doubt = new MessageError("in-doubt", reason);
    const closed = new MessageError("closed", reason);
    return this.#settle(
      () => true,
      ({ tag, tries }) => ({ do: "settled", tag, error: tries ? doubt : closed })
    );
  }
  #write(item, at, now) {
    if (item.tries++) this.retransmits++;
    item.sentAt = now;
    const { seq, ch, body } = item;
    const after = this.#items[at - 1]?.seq ?? this.acked;
    return { t: "send", seq, ...after !== seq - 1 && { after }, ch, body };
  }
  /** Those that make room for `draft`; nobody gives way where even that would not do. */
  #giveWay(draft, older) {
    const { maxMessages, maxBytes, onFull } = this.#options;
    const gone = older ? [older] : [];
    let bytes = this.bytes + draft.bytes - (older?.bytes ?? 0);
    const full = () => this.size - gone.length >= maxMessages || bytes > maxBytes;
    for (let at = 0, item; onFull === "drop-oldest" && full() && (item = this.#items[at]); at++) {
      if (item.tries || item === older) continue;
      gone.push(item);
      bytes -= item.bytes;
    }
    return full() ? void 0 : gone;
  }
  #tooBig(draft) {
    return fail(draft, "too-big", `the message has ${draft.bytes} bytes, the server takes ${this.#maxBody}`);
  }
  #settle(which, how) {
    const gone = this.#items.filter(which);
    this.#items = this.#items.filter((item) => !which(item));
    for (const item of gone) this.#forget(item);
    if (gone.some(({ tries }) => tries)) this.interrupt();
    return gone.map(how);
  }
  #take(at) {
    const [item] = this.#items.splice(at, 1);
    this.#forget(item);
    if (at < this.inFlight) this.inFlight--;
    return item;
  }
  #forget(item) {
    this.bytes -= item.bytes;
    if (this.#slots.get(item.key) === item) this.#slots.delete(item.key);
  }
}
const taken = ({ tag, seq, ch }) => ({ do: "settled", tag, seq, ch });
function fail({ tag }, code, reason) {
  return { do: "settled", tag, error: new MessageError(code, reason) };
}

const FIRST_WAIT$1 = 500;
const MAX_WAIT$1 = 1e4;
class Asks {
  #open = /* @__PURE__ */ new Map();
  get deadline() {
    let least = Infinity;
    for (const { at } of this.#open.values()) least = Math.min(least, at);
    return least;
  }
  /** Due at once, or (where `now` is given) after the usual wait, for the answer may be on its way. */
  add(key, frame, now) {
    if (!this.#open.has(key))
      this.#open.set(key, { frame, at: now === void 0 ? -Infinity : now + FIRST_WAIT$1, tries: 0 });
  }
  /** No longer wanted, or answered. */
  delete(key) {
    return this.#open.delete(key);
  }
  clear() {
    this.#open.clear();
  }
  /** Those that are due; each is due again after `patience` ms, twice that the next time, and so on; never when Infinity. */
  due(now, patience) {
    const frames = [];
    for (const ask of this.#open.values()) {
      if (ask.at > now) continue;
      ask.at = now + Math.min(patience * 2 ** ask.tries++, Math.max(patience, MAX_WAIT$1));
      frames.push(ask.frame());
    }
    return frames;
  }
  /** The link is gone, and the questions with it: all are due when there is another. */
  interrupt() {
    for (const ask of this.#open.values()) {
      ask.at = Infinity;
      ask.tries = 0;
    }
  }
  /** There is a link: all are due. */
  resume() {
    for (const ask of this.#open.values()) ask.at = -Infinity;
  }
}

const MAX_EARLY = 256;
const MAX_SEEN = 1e3;
class Inbox {
  /** The offset wanted next; unknown until the server has answered. */
  next;
  epoch;
  /** The server has answered on this link. Before that, nobody knows of which epoch a message is. */
  sure = false;
  /** The first offset of what is in hand without a hole. */
  since;
  /** The last offset acknowledged to the server. */
  told = 0;
  duplicates = 0;
  /** Which of this channel's subscriptions it is. */
  id;
  ch;
  #from;
  #early = /* @__PURE__ */ new Map();
  #seen = /* @__PURE__ */ new Map();
  /** @param place where another page was that had this client's name. */
  constructor(ch, from, id, place) {
    this.ch = ch;
    this.#from = from;
    this.id = id;
    if (!place) return;
    this.epoch = place.epoch;
    this.next = place.next;
    this.since = place.since;
    this.told = place.next - 1;
  }
  /** The question that gets the rest, from here on. */
  get question() {
    const { ch, next, epoch, since, id } = this;
    const place = epoch !== void 0 && { epoch, ...since !== void 0 && { since } };
    return { t: "sub", ch, from: next ?? this.#from, id, ...place };
  }
  /** What says how far it is. */
  get ack() {
    const { ch, told: offset, id, epoch } = this;
    return { t: "received", ch, offset, id, ...epoch !== void 0 && { epoch } };
  }
  /** Messages in hand that the server has not been told of. */
  get untold() {
    return (this.next ?? 1) - 1 - this.told;
  }
  /** Whether something came that cannot be handed on yet. */
  get waits() {
    return this.#early.size > 0;
  }
  /** The server's answer to {@link question}. One that comes late, or was given twice, moves nothing. */
  subscribed({ epoch, next, lost }) {
    const expected = this.next;
    const renewed = this.epoch !== void 0 && this.epoch !== epoch;
    this.sure = true;
    this.epoch = epoch;
    if (renewed || lost?.[0] === next && lost[1] === expected && next < expected) this.#early.clear();
    else if (expected !== void 0) {
      if (next <= expected || !lost) return { messages: [], missing: next > expected };
      lost = [expected, next];
    }
    if (renewed) lost ??= [expected ?? next, next];
    this.next = this.since = next;
    this.told = next - 1;
    for (const offset of this.#early.keys()) if (offset < next) this.#early.delete(offset);
    const messages = this.#drain();
    const gap = lost && { from: lost[0], to: lost[1], ...renewed && { reset: true } };
    return { messages, missing: false, ...gap && { gap } };
  }
  accept(message) {
    const { offset } = message;
    if (offset === void 0) return { messages: [message].filter(this.#isNew), missing: false };
    let missing = false;
    if (this.next !== void 0 && this.sure) {
      if (offset < this.next || this.#early.has(offset)) this.duplicates++;
      else {
        missing = offset > this.next;
        if (!missing || this.#early.size < MAX_EARLY) this.#early.set(offset, message);
      }
    }
    return { messages: this.#drain(), missing };
  }
  #drain() {
    const messages = [];
    for (let message; this.next !== void 0 && (message = this.#early.get(this.next)); ) {
      this.#early.delete(this.next++);
      messages.push(message);
    }
    return messages.filter(this.#isNew);
  }
  #isNew = ({ id, offset }) => {
    if (id === void 0) return true;
    const [, sender = id, seq = 1] = offset !== void 0 && /^(.*):(.*)/s.exec(id) || [];
    const last = this.#seen.get(sender);
    if (last !== void 0 && Number(seq) <= last) {
      this.duplicates++;
      return false;
    }
    this.#seen.delete(sender);
    this.#seen.set(sender, Number(seq));
    const [oldest = ""] = this.#seen.keys();
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(oldest);
    return true;
  };
}

const ACK_DELAY = 200;
const ACK_COUNT = 32;
const MAX_PLACES = 1e3;
class Reader {
  gaps = 0;
  #inboxes = /* @__PURE__ */ new Map();
  #asks = new Asks();
  /** Acknowledgements that the server has not noted, where it says so. */
  #acks = new Asks();
  #ackAt = Infinity;
  /** Subscriptions given up of which the server has not said that it knows. */
  #partings = new Asks();
  #emit;
  /** Where this page was, or the one before it, in channels not followed now. */
  #places = /* @__PURE__ */ new Map();
  #forgotten = 0;
  #subscriptions = 0;
  constructor(emit) {
    this.#emit = emit;
  }
  /** When a question is to be asked again; of use while there is a link. */
  get askAt() {
    return Math.min(this.#asks.deadline, this.#partings.deadline);
  }
  /** When the acknowledgements are to leave, even alone. */
  get ackAt() {
    return Math.min(this.#ackAt, this.#acks.deadline);
  }
  get duplicates() {
    let sum = this.#forgotten;
    for (const { duplicates } of this.#inboxes.values()) sum += duplicates;
    return sum;
  }
  subscribe(ch, from) {
    if (this.#inboxes.has(ch)) return;
    const inbox = new Inbox(ch, from, ++this.#subscriptions, from === "last" ? this.#places.get(ch) : void 0);
    this.#places.delete(ch);
    this.#inboxes.set(ch, inbox);
    this.#ask(inbox);
  }
  unsubscribe(ch) {
    this.#asks.delete(ch);
    this.#acks.delete(ch);
    const inbox = this.#inboxes.get(ch);
    if (!inbox) return;
    this.#inboxes.delete(ch);
    this.#forgotten += inbox.duplicates;
    const { id, epoch, next, since } = inbox;
    if (epoch !== void 0 && next !== void 0) this.#places.set(ch, { epoch, next, since });
    const [oldest = ""] = this.#places.keys();
    if (this.#places.size > MAX_PLACES) this.#places.delete(oldest);
    this.#partings.add(id, () => ({ t: "unsub", ch, id }));
  }
  /** Where each channel is to go on, on the next page. */
  get places() {
    const places = new Map(this.#places);
    for (const [ch, { epoch, next, since }] of this.#inboxes)
      if (epoch !== void 0 && next !== void 0) places.set(ch, { epoch, next, since });
    return Object.fromEntries(places);
  }
  restore(places) {
    for (const [ch, place] of Object.entries(places)) if (!this.#inboxes.has(ch)) this.#places.set(ch, place);
  }
  history(id, ch, from, limit) {
    const frame = { t: "history", id, ch, from, limit };
    this.#asks.add(id, () => frame);
  }
  /** The link is gone, and every question with it. */
  interrupt() {
    this.#asks.interrupt();
    this.#partings.interrupt();
    this.#ackAt = Infinity;
  }
  /** There is a link: follow every channel from where it was left, and ask again what was not answered. */
  resume() {
    this.#acks.clear();
    for (const inbox of this.#inboxes.values()) {
      inbox.sure = false;
      this.#ask(inbox);
    }
    this.#asks.resume();
    this.#partings.resume();
  }
  /** The questions that are due; one without an answer is due again after `patience` ms. */
  questions(now, patience) {
    return this.#asks.due(now, patience);
  }
  /**
   * The cumulative acknowledgements not yet told. They travel with whatever leaves next; one that is not noted within
   * `patience` ms is told again.
   */
  received(now, patience) {
    this.#ackAt = Infinity;
    for (const [ch, inbox] of this.#inboxes) {
      if (inbox.untold < 1) continue;
      inbox.told += inbox.untold;
      this.#acks.delete(ch);
      this.#acks.add(ch, () => inbox.ack);
    }
    return this.#acks.due(now, patience);
  }
  /** What is followed no longer: said once where `patience` is Infinity, for no answer comes, else until it is answered. */
  partings(now, patience) {
    const frames = this.#partings.due(now, patience);
    if (patience === Infinity) this.#partings.clear();
    return frames;
  }
  unsubscribed({ id }) {
    this.#partings.delete(id);
  }
  /** The server keeps for good what it was told. */
  noted({ ch, offset, id }) {
    const inbox = this.#inboxes.get(ch);
    if (inbox && (id ?? inbox.id) === inbox.id && offset >= inbox.told) this.#acks.delete(ch);
  }
  message(frame, now) {
    const inbox = this.#inboxes.get(frame.ch);
    if (inbox) this.#take(inbox, inbox.accept(frame), now);
  }
  subscribed(frame, now) {
    const inbox = this.#inboxes.get(frame.ch);
    if (!inbox || (frame.id ?? inbox.id) !== inbox.id) return;
    this.#asks.delete(frame.ch);
    this.#take(inbox, inbox.subscribed(frame), now);
    if (inbox.waits) this.#ask(inbox, now);
  }
  denied({ ch, id, code, reason }) {
    const error = new ConnectionError(code, reason);
    if (id !== void 0) this.answer(id, error);
    else if (this.#asks.delete(ch)) this.#emit({ do: "fault", ch, error });
  }
  /** The answer to a history request, once. */
  answer(id, page) {
    if (this.#asks.delete(id)) this.#emit({ do: "page", id, page });
  }
  /** A heartbeat repairs: what the server has pushed, and not heard of, is asked for, or said again to be here. */
  heads(heads = {}, now) {
    for (const [ch, head] of Object.entries(heads)) {
      const inbox = this.#inboxes.get(ch);
      if (inbox?.next === void 0) continue;
      if (head >= inbox.next) this.#ask(inbox);
      else {
        inbox.told = Math.min(inbox.told, head - 1);
        this.#ackAt = now;
      }
    }
  }
  /** No answer will come any more. */
  close() {
    this.#asks.resume();
    for (const frame of this.#asks.due(0, Infinity)) {
      if (frame.t === "history") this.answer(frame.id, new ConnectionError("closed", "the client is closed"));
    }
  }
  #ask(inbox, now) {
    this.#asks.add(inbox.ch, () => inbox.question, now);
  }
  #take(inbox, { messages, missing, gap }, now) {
    const { ch } = inbox;
    if (missing) this.#ask(inbox);
    if (gap) {
      this.gaps++;
      this.#emit({ do: "gap", ch, gap });
    }
    if (messages.length) this.#ackAt = Math.min(this.#ackAt, inbox.untold >= ACK_COUNT ? now : now + ACK_DELAY);
    for (const message of messages) this.#emit({ do: "deliver", ch, message });
  }
}

class Word {
  #state = "silent";
  /** The ping that left with it. */
  #ping;
  /** There is nothing to say on this link yet. */
  get isSilent() {
    return this.#state === "silent";
  }
  /** It is to be said, or said anew. */
  renew() {
    this.#state = "due";
  }
  silence() {
    this.#state = "silent";
  }
  /** Whether it is to leave now, or with this ping. */
  leaves(ping) {
    if (this.#state !== "due" && !(this.#state === "said" && ping !== void 0)) return false;
    this.#state = "said";
    this.#ping = ping;
    return true;
  }
  pong(id) {
    if (this.#state === "said" && id === this.#ping) this.#state = "sure";
  }
}

const MAX_TRACKED = 1e3;
class Receipts {
  word = new Word();
  #open = /* @__PURE__ */ new Map();
  #emit;
  constructor(emit) {
    this.#emit = emit;
  }
  get size() {
    return this.#open.size;
  }
  get tracked() {
    return Array.from(this.#open, ([seq, { ch, tag }]) => ({ seq, ch, tag }));
  }
  /** The server has it: who else? One question on a link is enough for all that come after. */
  add(seq, ch, tag) {
    this.#open.set(seq, { ch, tag });
    if (this.word.isSilent) this.word.renew();
    for (const [oldest, given] of this.#open) {
      if (this.#open.size <= MAX_TRACKED) break;
      this.#open.delete(oldest);
      this.#emit({ do: "receipt", tag: given.tag });
    }
  }
  /** @param acked all later ones may be taken any time. */
  question(acked) {
    let from = acked + 1;
    for (const seq of this.#open.keys()) from = Math.min(from, seq);
    return { t: "track", from };
  }
  placed(seq, offset) {
    const tracked = this.#open.get(seq);
    if (!tracked || tracked.placed) return;
    tracked.placed = true;
    this.#emit({ do: "placed", tag: tracked.tag, offset });
  }
  /** What is said last counts; what was said before is no news. */
  delivered({ ch, list }) {
    for (const { seq: from, to, count, of, by, gone } of list) {
      const told = JSON.stringify([count, of, by, gone]);
      for (const [seq, tracked] of this.#open) {
        if (seq < from || seq > to || tracked.ch !== ch) continue;
        if (gone || count && count >= of) this.#open.delete(seq);
        if (tracked.told === told) continue;
        tracked.told = told;
        this.#emit({
          do: "receipt",
          tag: tracked.tag,
          receipt: { count, of, ...by && { by }, ...gone && { gone } }
        });
      }
    }
  }
  /** Nothing will be told any more. */
  close() {
    for (const { tag } of this.#open.values()) this.#emit({ do: "receipt", tag });
    this.#open.clear();
  }
}

class Watcher {
  #channels = /* @__PURE__ */ new Set();
  #asks = new Asks();
  /** To be told that they are watched no more. */
  #left = [];
  #emit;
  constructor(emit) {
    this.#emit = emit;
  }
  /** When a question is to be asked again; of use while there is a link. */
  get askAt() {
    return this.#asks.deadline;
  }
  watch(ch) {
    this.#channels.add(ch);
    this.#ask(ch);
  }
  unwatch(ch) {
    this.#asks.delete(ch);
    if (this.#channels.delete(ch)) this.#left.push(ch);
  }
  /** Something was not heard: all is to be said anew. */
  renew() {
    for (const ch of this.#channels) this.#ask(ch);
  }
  interrupt() {
    this.#asks.interrupt();
  }
  /** There is a link, and nothing is watched on it. */
  resume() {
    this.#left = [];
    this.renew();
    this.#asks.resume();
  }
  questions(now, patience) {
    const left = this.#left.splice(0).map((ch) => ({ t: "unwatch", ch }));
    return [...left, ...this.#asks.due(now, patience)];
  }
  present(present) {
    const { ch, all } = present;
    if (!this.#channels.has(ch)) this.#left.push(ch);
    else {
      if (all) this.#asks.delete(ch);
      this.#emit({ do: "present", ch, present });
    }
  }
  denied({ ch, code, reason }) {
    if (this.#asks.delete(ch)) this.#emit({ do: "unseen", ch, error: new ConnectionError(code, reason) });
  }
  #ask(ch) {
    this.#asks.add(ch, () => ({ t: "watch", ch }));
  }
}

class Ledgers {
  rtt = new Rtt();
  outbox;
  reader;
  receipts;
  #watcher;
  #greets;
  #emit;
  /** The server tells who has what and who is there. */
  #tells = false;
  /** The number of the last such news on this link. */
  #news = 0;
  #away = false;
  /** This name had, or may have had, another page: the server may have taken more than is known here. */
  #shared = false;
  #seen = new Word();
  heard = {
    accepted: ({ seq, only, placed = [] }, now) => {
      this.#accept(only ? this.outbox.settle(seq) : this.outbox.ack(seq, now));
      for (const [each, offset] of placed) this.receipts.placed(each, offset);
    },
    refused: ({ seq, code, reason }) => {
      this.#settle(this.outbox.settle(seq, { code: "refused", reason: `${code}: ${reason}` }));
    },
    subscribed: (frame, now) => {
      this.reader.subscribed(frame, now);
    },
    unsubscribed: (frame) => {
      this.reader.unsubscribed(frame);
    },
    denied: (frame) => {
      if (frame.watch) this.#watcher.denied(frame);
      else this.reader.denied(frame);
    },
    message: (frame, now) => {
      this.reader.message(frame, now);
    },
    page: (frame) => {
      this.reader.answer(frame.id, frame);
    },
    noted: (frame) => {
      this.reader.noted(frame);
    },
    delivered: (frame, now) => {
      if (!this.#isNews(frame.n)) return;
      for (const { to } of frame.list) this.#accept(this.outbox.ack(to, now));
      this.receipts.delivered(frame);
    },
    present: (frame) => {
      if (this.#isNews(frame.n)) this.#watcher.present(frame);
    }
  };
  constructor({ outbox, greets }, emit) {
    this.#emit = emit;
    this.#greets = greets;
    this.outbox = new Outbox(outbox, this.rtt);
    this.reader = new Reader(emit);
    this.receipts = new Receipts(emit);
    this.#watcher = new Watcher(emit);
  }
  /** When something is to be said, on a link that is up. */
  get dueAt() {
    const { outbox, reader } = this;
    return Math.min(outbox.overdueAt, reader.ackAt, reader.askAt, this.#tells ? this.#watcher.askAt : Infinity);
  }
  get kept() {
    const { items, acked } = this.outbox;
    return { items, acked, tracked: this.receipts.tracked, places: this.reader.places };
  }
  get isAway() {
    return this.#away;
  }
  get isShared() {
    return this.#shared;
  }
  /** The app's wishes. */
  take(input) {
    switch (input.on) {
      case "send":
        this.#settle(this.outbox.push(input.draft));
        return;
      case "subscribe":
        this.reader.subscribe(input.ch, input.from);
        return;
      case "unsubscribe":
        this.reader.unsubscribe(input.ch);
        return;
      case "history":
        this.reader.history(input.id, input.ch, input.from, input.limit);
        return;
      case "watch":
        this.#watcher.watch(input.ch);
        return;
      case "unwatch":
        this.#watcher.unwatch(input.ch);
        return;
      case "look":
        if (input.away !== this.#away && this.#tells) this.#seen.renew();
        this.#away = input.away;
        return;
      case "restore":
        this.#restore(input);
        return;
      default:
        assertNever(input);
    }
  }
  /** A heartbeat: what the server has, and what it has said, is held against what is known here. */
  compare({ got = 0, heads, news = 0 }, now) {
    this.reader.heads(heads, now);
    this.#accept(this.outbox.ack(got, now));
    if (news <= this.#news) return;
    this.#news = news;
    this.#renew();
  }
  pong({ id }) {
    this.receipts.word.pong(id);
    this.#seen.pong(id);
  }
  /** The link is gone. */
  interrupt() {
    this.outbox.interrupt();
    this.reader.interrupt();
    this.#watcher.interrupt();
  }
  /** There is another. */
  resume() {
    this.outbox.interrupt();
    this.reader.resume();
  }
  /** The server's terms: what it has taken, how much it takes, and whether it tells. */
  agree({ got, window, body, receipts: tells }, now) {
    this.#tells = tells;
    this.#news = 0;
    const { word } = this.receipts;
    word.silence();
    if (tells && this.receipts.size) word.renew();
    this.#seen.silence();
    if (tells && this.#away) this.#seen.renew();
    this.#watcher.resume();
    if (this.#shared) for (const one of this.outbox.renumber(got)) this.#emit(one);
    this.#accept(this.outbox.ack(got, now));
    this.#settle(this.outbox.agree(window, body));
  }
  expire(now) {
    this.#settle(this.outbox.expire(now));
  }
  /** Answers with what is settled. */
  leave() {
    this.#emit(this.outbox.leave());
    return this.outbox.acked;
  }
  close(reason) {
    this.#settle(this.outbox.close(reason));
    this.reader.close();
    this.receipts.close();
  }
  /** What is asked, in the first flight as well. */
  questions(now) {
    return this.reader.questions(now, this.#patience);
  }
  /** What is not for a first flight, most of it only for a server that tells; with a ping, what may not have come. */
  news(now, ping) {
    const frames = this.reader.partings(now, this.#tellingPatience);
    if (!this.#tells) return frames;
    frames.push(...this.#watcher.questions(now, this.#patience));
    if (this.receipts.word.leaves(ping)) frames.push(this.receipts.question(this.outbox.acked));
    if (this.#seen.leaves(ping)) frames.push({ t: "seen", away: this.#away });
    return frames;
  }
  received(now) {
    return this.reader.received(now, this.#tellingPatience);
  }
  /** How long a question may go without an answer, ms. */
  get #patience() {
    return this.#greets ? Math.max(1e3, 2 * this.rtt.rto) : Infinity;
  }
  /** The same of what only a server that tells answers. */
  get #tellingPatience() {
    return this.#tells ? this.#patience : Infinity;
  }
  /** News is numbered on each link. What was said before is no news; where some lack, all is said anew. */
  #isNews(n) {
    if (n <= this.#news) return false;
    if (n > this.#news + 1) this.#renew();
    this.#news = n;
    return true;
  }
  #renew() {
    if (!this.receipts.word.isSilent) this.receipts.word.renew();
    this.#watcher.renew();
  }
  #accept(settled) {
    for (const { seq = 0, ch = "", ...one } of settled) {
      if (!this.#tells) this.#emit({ ...one });
      else {
        this.#emit({ ...one, tracked: true });
        this.receipts.add(seq, ch, one.tag);
      }
    }
  }
  #restore({ kept, seq, bound }) {
    this.#shared = true;
    for (const one of this.outbox.restore(kept.items, kept.acked, seq, bound)) this.#emit(one);
    for (const one of kept.tracked) this.receipts.add(one.seq, one.ch, one.tag);
    this.reader.restore(kept.places);
  }
  #settle(settled) {
    for (const one of settled) this.#emit(one);
  }
}

class Renewal {
  /** A new token was asked for since the last welcome. */
  #asked = false;
  welcomed() {
    this.#asked = false;
  }
  /** @param isAway nobody looks at this page, and another may have its name. */
  isFatal({ code, max }, isAway) {
    const said = max === void 0 ? verdict(code) : "retry";
    const taken = code === Close.replaced && isAway;
    const fatal = taken || said === "fatal" || said === "renew" && this.#asked;
    this.#asked ||= said === "renew";
    return fatal;
  }
}

const YOUNG = 1e4;
const REST = 6e4;
const MAX_REST = 6e5;
const ENOUGH = 2;
const well = { strikes: 0, restsUntil: 0 };
function afterBreak(health, lived, now) {
  if (lived >= YOUNG) return well;
  const strikes = health.strikes + 1;
  const rest = strikes < ENOUGH ? 0 : Math.min(MAX_REST, REST * 2 ** (strikes - ENOUGH));
  return { strikes, restsUntil: now + rest };
}

const FIRST_CLIMB = 1e3;
const MAX_CLIMB = 3e5;
const CLIMB = 8e3;
const STRAGGLER = 2e3;
const MOVE = 2e3;
const UNANSWERED = { code: Close.timeout, reason: "no welcome on the transport moved to" };
const SLOWER = { code: Close.normal, reason: "another transport serves" };
class Ladder {
  /** The link that carries the session, or is to. */
  front;
  /** Has said hello, while the front still serves. */
  mover;
  /** Why the attempt, or the link, is over: what matters most of all that was said. */
  blame;
  #options;
  #random;
  #emit;
  #runners = /* @__PURE__ */ new Map();
  #health;
  /** The rung that serves, or did. */
  best;
  #links = 0;
  /** Rungs still to be started in this race. */
  #plan = [];
  #nextAt = Infinity;
  #fresh = true;
  /** What worked before and now fails outright is rather down than blocked: no other is asked in its place. */
  #cautious = false;
  #straggle = 0;
  /** When the front was welcomed; undefined before that. */
  #since;
  #climbAt = Infinity;
  #endAt = Infinity;
  #climbs = 0;
  #holdUntil = 0;
  constructor(options, random, emit) {
    this.#options = options;
    this.#random = random;
    this.#emit = emit;
    this.best = options.first;
    this.#health = Array.from({ length: options.rungs }, () => well);
  }
  get deadline() {
    return Math.min(this.#nextAt, this.#climbAt, this.#endAt);
  }
  has(link) {
    return this.#runners.has(link);
  }
  /** Whether this rung is left alone for a while. */
  rests(rung, now) {
    return now < (this.#health[rung]?.restsUntil ?? 0);
  }
  /** An attempt begins. @param failures in a row so far. @param known whether a link was ever welcomed. */
  start(failures, known, now) {
    const rungs = [...this.#health.keys()];
    const rank = (rung) => this.rests(rung, now) ? rungs.length : rung === this.best ? -1 : rung;
    this.#plan = rungs.sort((one, other) => rank(one) - rank(other));
    this.#cautious = known && failures % 2 === 0;
    this.#straggle = STRAGGLER * (failures + 1);
    this.#fresh = true;
    this.#next(now);
  }
  /** Packets can be sent. Says whether it is the first, which says hello; the others are to be asked for a sign of life. */
  opened(link) {
    const runner = this.#runners.get(link);
    if (runner) runner.opened = true;
    if (this.front !== void 0 || this.#since !== void 0) return false;
    this.front = link;
    return true;
  }
  /** A link that is not the front has given its sign of life. */
  useful(link, now) {
    const runner = this.#runners.get(link);
    if (runner) runner.useful = true;
    if (this.#since !== void 0) {
      if (this.mover !== void 0) return void 0;
      this.mover = link;
      this.#nextAt = Infinity;
      this.#endAt = Math.max(this.#endAt, now + MOVE);
      return "hello";
    }
    if (this.front !== void 0) {
      if (this.#runners.get(this.front)?.useful) return void 0;
      this.drop(this.front, SLOWER);
    }
    this.front = link;
    return "hello";
  }
  /** One that has said hello is to wait for its welcome: it carries both ways, and its turn would be lost on another. */
  waits(link, after, now) {
    if (link === this.front) this.#clear(SLOWER);
    else if (this.front !== void 0) this.#endAt = Math.max(this.#endAt, now + after + MOVE);
  }
  /** The front, or the mover in its place, is welcomed: the race is over. */
  won(link, now) {
    const rung = this.#runners.get(link)?.rung ?? 0;
    const climbed = this.#since !== void 0;
    const { blame } = this;
    const reason = climbed ? "a better transport works again" : blame ? inWords(blame) : "";
    this.#climbs = 0;
    this.front = link;
    this.#since = now;
    this.best = rung;
    this.blame = void 0;
    this.#settle(now);
    this.#emit({ do: "rung", rung, reason });
  }
  /** A link has ended. */
  ended(link, closing, now) {
    const runner = this.#runners.get(link);
    if (!runner) return void 0;
    const served = link === this.front;
    this.#runners.delete(link);
    if (served) this.front = void 0;
    if (link === this.mover) this.mover = void 0;
    if (closing.retryAfter !== void 0) {
      this.#plan = [];
      this.#holdUntil = now + closing.retryAfter;
    }
    return this.#since === void 0 ? this.#failed(runner, closing, now) : this.#lost(runner, served, closing, now);
  }
  tick(now) {
    if (now >= this.#endAt) {
      if (this.#since !== void 0) this.#settle(now, this.front === void 0 ? UNANSWERED : SLOWER);
      else if (this.front === void 0) return "over";
      else this.#endAt = Infinity;
    }
    if (now >= this.#nextAt) this.#next(now);
    if (now >= this.#climbAt) this.#climb(now);
    return this.#since !== void 0 && !this.#runners.size ? "over" : void 0;
  }
  /** The network may be another: what did not work may work now. */
  renew(now) {
    this.#climbs = 0;
    this.#health = this.#health.map(() => well);
    if (this.#climbAt < Infinity) this.#climbAt = this.#later(Math.min(this.#climbAt, now + FIRST_CLIMB));
  }
  /** The attempt, or the link, is over. */
  stop(closing, now) {
    const runner = this.front === void 0 ? void 0 : this.#runners.get(this.front);
    if (this.#since === void 0) {
      if (closing.code === Close.timeout) this.#forget(closing);
    } else if (runner) this.#judge(runner, closing, now);
    this.front = this.#since = this.blame = void 0;
    this.#clear(closing);
  }
  /** Ends a link from this side. */
  drop(link, closing) {
    if (this.#runners.delete(link)) this.#emit({ do: "drop", link, closing });
  }
  #next(now) {
    const rung = this.#plan.shift();
    this.#nextAt = this.#plan.length ? now + this.#options.stagger : Infinity;
    if (rung === void 0) return;
    const link = ++this.#links;
    this.#runners.set(link, { rung, opened: false, useful: false });
    this.#emit({ do: "open", link, rung, fresh: this.#fresh });
    this.#fresh = false;
  }
  /** The front failed before its welcome: another that is open takes its place. */
  #promote() {
    for (const [link, { opened }] of this.#runners) {
      if (!opened) continue;
      this.front = link;
      return "hello";
    }
    return void 0;
  }
  /** One of the race is out: the next starts at once. */
  #failed({ rung }, closing, now) {
    const away = closing.retryAfter !== void 0;
    if (closing.code === Close.forbidden && !closing.clean && (this.#runners.size || this.#plan.length))
      closing = { ...closing, code: Close.abnormal };
    const final = away || verdict(closing.code) !== "retry";
    if (away) {
      this.best = rung;
      this.#health[rung] = well;
    } else if (!final && rung === this.best && !this.#cautious) this.#forget(closing);
    if (final || !this.blame) this.blame = closing;
    if (final || !this.#runners.size && (this.#cautious || !this.#plan.length)) return "over";
    if (this.#plan.length) this.#next(now);
    else this.#endAt = now + this.#straggle;
    return this.front === void 0 ? this.#promote() : void 0;
  }
  /** Something ended while a link is up: the link itself, unless the session is on its way to another; or a climber. */
  #lost(runner, served, closing, now) {
    if (served) {
      this.#judge(runner, closing, now);
      this.blame = closing;
      this.#endAt = Math.min(this.#endAt, now + MOVE);
    } else if (this.front !== void 0) {
      if (this.#plan.length) this.#next(now);
      else if (this.#runners.size < 2) this.#settle(now);
    }
    if ((this.front ?? this.mover) !== void 0) return void 0;
    if (this.blame && now < this.#holdUntil) this.blame = { ...this.blame, retryAfter: this.#holdUntil - now };
    return "over";
  }
  #climb(now) {
    this.#plan = [...this.#health.keys()].filter((rung) => rung < this.best && !this.rests(rung, now));
    this.#climbAt = Infinity;
    this.#endAt = now + CLIMB;
    this.#fresh = true;
    if (this.#plan.length) this.#next(now);
    else this.#settle(now);
  }
  /** Nobody but the front runs on. From a lower rung, the next climb comes in a while. */
  #settle(now, closing = SLOWER) {
    this.#clear(closing);
    if (!this.best) return;
    const wait = Math.min(MAX_CLIMB, FIRST_CLIMB * 2 ** this.#climbs++) * (0.5 + this.#random() / 2);
    const rested = this.#health.slice(0, this.best).map(({ restsUntil }) => now < restsUntil ? restsUntil : Infinity);
    this.#climbAt = this.#later(Math.min(now + wait, ...rested));
  }
  /** A server that sends a climber away is left alone for as long as it asks. */
  #later(at) {
    return Math.max(at, this.#holdUntil);
  }
  #clear(closing) {
    for (const link of [...this.#runners.keys()]) if (link !== this.front) this.drop(link, closing);
    this.mover = void 0;
    this.#nextAt = this.#endAt = this.#climbAt = Infinity;
  }
  /** A rung that keeps dying young, or whose requests starve, is left alone for a while. */
  #judge({ rung }, { code }, now) {
    const silent = code === Close.timeout;
    const lived = silent && rung ? 0 : now - (this.#since ?? now);
    if (silent || code === Close.abnormal) this.#health[rung] = afterBreak(this.#health[rung] ?? well, lived, now);
  }
  #forget({ reason }) {
    if (!this.best) return;
    this.best = 0;
    this.#emit({ do: "rung", rung: void 0, reason });
  }
}

const ONE = { rungs: 1, first: 0, stagger: Infinity };
class Route {
  link;
  ladder;
  /** A link was welcomed once: one that is lost is a reconnect. */
  known = false;
  #session;
  #now = 0;
  constructor(link, ladder, session) {
    this.#session = session;
    this.link = new Link(link);
    this.ladder = new Ladder(ladder ?? ONE, link.random, (output) => {
      session.emit(output);
    });
  }
  /** The link to write to. */
  get front() {
    return this.ladder.front;
  }
  get deadline() {
    return Math.min(this.link.deadline, this.ladder.deadline);
  }
  /** What is not about one connection. */
  handle(input, now) {
    this.#now = now;
    if (input.on === "online") this.ladder.renew(now);
    this.#follow(this.link.handle(input, now));
    if (input.on === "tick" && this.ladder.tick(now)) this.#over();
  }
  opened(link, now) {
    this.#now = now;
    if (this.ladder.opened(link)) this.#greet(link);
    else this.#session.ask(link);
  }
  ended(link, closing, now) {
    this.#now = now;
    const turn = this.ladder.ended(link, closing, now);
    if (turn === "over") this.#over();
    else if (turn && this.front !== void 0) this.#greet(this.front);
  }
  /** A link that does not serve yet has shown that it carries both ways. */
  useful(link, now) {
    this.#now = now;
    if (!this.ladder.useful(link, now)) return;
    if (link === this.front) this.#greet(link);
    else this.#session.greet(link, true);
  }
  /** The other side takes us on this link; `idle` is its own limit of silence, ms. */
  welcomed(link, idle, now) {
    this.#now = now;
    if (this.link.state.is === "up" && link === this.front) return;
    this.known = true;
    this.#tell({ on: "welcomed", link: this.#attempt, idle });
    this.ladder.won(link, now);
  }
  /** The other side will take us on this link, which has said hello: within `after` ms. */
  waits(link, after, now) {
    this.#now = now;
    const isMover = link === this.ladder.mover;
    if (!isMover && this.link.state.is !== "greeting") return;
    this.ladder.waits(link, Math.min(after, MAX_HOLD), now);
    if (!isMover) this.#tell({ on: "waits", link: this.#attempt, after });
  }
  heard(pong, now) {
    this.#now = now;
    this.#tell({ on: "heard", link: this.#attempt, pong });
  }
  /** Does the link live? */
  probe(now) {
    this.#now = now;
    this.#follow(this.link.probe(now));
  }
  #greet(link) {
    this.#tell({ on: "opened", link: this.#attempt });
    if (this.link.state.is === "up") {
      this.known = true;
      this.ladder.won(link, this.#now);
    }
    this.#session.greet(link, false);
  }
  #over() {
    const closing = this.ladder.blame ?? { code: Close.abnormal, reason: "" };
    this.ladder.stop(closing, this.#now);
    this.#tell({ on: "ended", link: this.#attempt, closing: { ...closing, reason: inWords(closing) } });
  }
  /** The link's own number: of the attempt, or of the link that came of it. */
  get #attempt() {
    const { state } = this.link;
    return "link" in state ? state.link : 0;
  }
  #tell(input) {
    this.#follow(this.link.handle(input, this.#now));
  }
  #follow(decided) {
    for (const output of decided) {
      if ("closing" in output) this.#session.lost(output.closing);
      if (output.do === "ping") this.#session.beat();
      else if (output.do === "drop") this.ladder.stop(output.closing, this.#now);
      else if (output.do === "open") this.#start();
      else if (output.do !== "hangup") this.#session.emit(output);
    }
  }
  #start() {
    const { state } = this.link;
    this.ladder.start("failures" in state ? state.failures : 0, this.known, this.#now);
  }
}

const words = {
  up: "online",
  paused: "offline",
  closing: "closed",
  closed: "closed"
};
function statusOf({ is }, known) {
  return words[is] ?? (known ? "reconnecting" : "connecting");
}

let Client$1 = class Client {
  ledgers;
  route;
  #greeting;
  #hearing;
  #renewal = new Renewal();
  #options;
  #out = [];
  #now = 0;
  #pings = 0;
  /** The error told last, while it may come again. */
  #failure;
  #reason = "";
  #said = "";
  /** What each frame means for the link. */
  #heard = {
    welcome: (frame, link) => {
      this.#welcome(link, frame);
    },
    ping: (frame) => {
      if (this.#serving) this.ledgers.compare(frame, this.#now);
      this.#write([...this.#received, { t: "pong", id: frame.id }]);
    },
    pong: (frame) => {
      if (this.#serving) this.ledgers.compare(frame, this.#now);
      this.ledgers.pong(frame);
    },
    large: ({ bytes }) => {
      this.#hearing.announced(bytes, this.#now);
    },
    retry: (frame, link) => {
      this.#sendAway(frame, link);
    },
    wait: ({ after }, link) => {
      this.route.waits(link, after, this.#now);
    },
    error: ({ code, reason }) => {
      this.#out.push({ do: "fault", error: new ConnectionError(code, reason) });
    }
  };
  constructor(options) {
    this.#options = options;
    this.#greeting = new Greeting(options.id, options.key);
    this.ledgers = new Ledgers(
      { outbox: options.outbox, greets: options.link.greets },
      (output) => this.#out.push(output)
    );
    this.#hearing = new Hearing(this.outbox);
    const isFatal = (closing) => this.#renewal.isFatal(closing, options.shared === true && this.ledgers.isAway);
    const extra = () => this.#hearing.extra;
    const link = { ...options.link, rtt: this.ledgers.rtt, closeTimeout: 0, isFatal, extra };
    this.route = new Route(link, options.ladder, {
      emit: (output) => this.#out.push(output),
      greet: (to, moving) => this.#greet(to, moving),
      // What races is asked, and answers, without a name: the answer says which link it came by.
      ask: (to) => this.#out.push({ do: "write", link: to, frames: [{ t: "ping", id: 0 }] }),
      beat: () => {
        const id = ++this.#pings;
        this.#write([...this.#received, ...this.ledgers.news(this.#now, id), { t: "ping", id }]);
      },
      lost: ({ code, reason }) => {
        this.#hearing.lost(code);
        this.ledgers.interrupt();
        this.#reason = reason;
        this.#failure = void 0;
      }
    });
  }
  get outbox() {
    return this.ledgers.outbox;
  }
  get link() {
    return this.route.link;
  }
  get status() {
    return statusOf(this.link.state, this.route.known);
  }
  get deadline() {
    const always = Math.min(this.route.deadline, this.outbox.expiresAt);
    return this.#serving ? Math.min(always, this.ledgers.dueAt) : always;
  }
  handle(input, now) {
    this.#now = now;
    if (!("link" in input) || this.route.ladder.has(input.link)) this.#decide(input);
    this.#flush();
    this.#tell();
    const out = this.#out;
    this.#out = [];
    return out;
  }
  #tell() {
    const { status } = this;
    const said = status + this.#reason;
    if (said !== this.#said) this.#out.push({ do: "status", status, reason: this.#reason });
    this.#said = said;
  }
  /** A link is up, and can be written to: while the session moves, there may be none for a moment. */
  get #serving() {
    return this.link.state.is === "up" && this.route.front !== void 0;
  }
  #decide(input) {
    switch (input.on) {
      case "send":
      case "restore":
      case "subscribe":
      case "unsubscribe":
      case "history":
      case "watch":
      case "unwatch":
      case "look":
        this.ledgers.take(input);
        return;
      case "opened":
        this.route.opened(input.link, this.#now);
        return;
      case "frames":
        if (input.link === this.route.front) this.#frames(input.link, input.frames);
        else this.#aside(input.link, input.frames);
        return;
      case "broken":
        this.#give({ code: Close.badFrame, reason: input.error.message, error: input.error }, input.link);
        return;
      case "ended":
        this.#ended(input.closing, input.link);
        return;
      default:
        if (input.on === "close" && this.link.state.is !== "closed") {
          this.#write([...this.#received, { t: "bye", acked: this.ledgers.leave() }]);
        } else if (input.on === "online") this.#greeting.passes = Infinity;
        this.route.handle(input, this.#now);
    }
  }
  /**
   * Hello, the questions and the first messages leave together. A session resumed waits to hear what the server has.
   * Where it moves to another link, hello goes ahead: all else goes on where it is until the answer comes.
   */
  #greet(link, moving) {
    const hello = this.#greeting.hello(this.outbox.acked);
    this.#hearing.doubt.greet(this.#now);
    if (moving) {
      this.#out.push({ do: "write", link, frames: [hello] });
      return;
    }
    this.ledgers.resume();
    if (this.link.state.is === "up") this.#welcomed();
    else
      this.#say([hello], this.route.known || this.ledgers.isShared ? -1 : this.#greeting.flight(this.outbox.throughput));
  }
  /** What comes by a link that does not serve: its sign of life, the welcome that makes it serve, or that nobody may come. */
  #aside(link, frames) {
    const says = (type) => frames.some(({ t }) => t === type);
    const retry = frames.find((frame) => frame.t === "retry");
    if (retry) this.#sendAway(retry, link);
    else if (link === this.route.ladder.mover) {
      if (says("welcome")) this.#frames(link, frames);
      else for (const frame of frames) if (frame.t === "wait") this.#hear(frame, link);
    } else if (says("pong")) this.route.useful(link, this.#now);
  }
  #frames(link, frames) {
    const pong = frames.some((frame) => frame.t === "pong" && frame.id === this.#pings);
    this.route.heard(pong, this.#now);
    const late = this.#hearing.hears(frames, this.#now);
    if (late > 0 && !this.route.ladder.best && late >= this.link.patience) this.#give(DEAF, link);
    for (const frame of frames) {
      if (!this.route.ladder.has(link)) return;
      if (this.#serving || !verdicts.has(frame.t)) this.#hear(frame, link);
      else this.#out.push({ do: "fault", error: new FrameError("bad-frame", `${frame.t} before the welcome`) });
    }
  }
  #hear(frame, link) {
    const { t } = frame;
    if (t in this.#heard) this.#heard[t](frame, link);
    else this.ledgers.heard[t](frame, this.#now);
  }
  #welcome(link, welcome) {
    const { v, idle, got, window, time, receipts = false } = welcome;
    if (v !== PROTOCOL_VERSION) {
      this.#give({ code: Close.version, reason: `the server speaks version ${v}` }, link);
      return;
    }
    const { packet, body } = this.#greeting.accept(welcome);
    this.#hearing.doubt.welcomed(time);
    if (link !== this.route.front) this.ledgers.resume();
    this.route.welcomed(link, idle, this.#now);
    this.#out.push({ do: "limit", link, max: packet });
    this.#welcomed();
    this.#tell();
    this.ledgers.agree({ got, window, body, receipts }, this.#now);
  }
  #welcomed() {
    this.#renewal.welcomed();
    this.#reason = "";
  }
  /** The server's close follows, and may be lost: nobody waits for it. */
  #sendAway({ after, spread }, link) {
    const retryAfter = after + spread * this.#options.link.random();
    this.#give({ code: Close.tryLater, reason: "the server asks to come back later", retryAfter }, link);
  }
  #give(closing, link) {
    this.#out.push({ do: "drop", link, closing });
    this.#ended(closing, link);
  }
  #ended(closing, link) {
    const { error, max = Infinity } = closing;
    if (error && error !== this.#failure) this.#out.push({ do: "fault", error });
    this.#failure = error;
    this.#greeting.passes = Math.min(this.#greeting.passes, max);
    this.route.ended(link, closing, this.#now);
  }
  /** After every input: what is due is settled, and what may leave leaves in one piece. */
  #flush() {
    const { ledgers } = this;
    const now = this.#now;
    ledgers.expire(now);
    if (this.link.state.is === "closed") ledgers.close(`the client is closed: ${this.link.state.closing.reason}`);
    if (!this.#serving) return;
    const overdue = this.outbox.retransmit(now);
    this.#say(overdue ?? []);
    if (!overdue || !this.link.askable) return;
    if (this.#hearing.doubt.ask(now, this.#hearing.extra)) this.#give(DEAF, this.route.front ?? 0);
    else this.route.probe(now);
  }
  /**
   * What comes first, the questions that are due, and what the window lets out, all in one piece. On a link that is up
   * (only a hello sets a limit) the acknowledgements travel with them.
   */
  #say(first, limit) {
    const { ledgers } = this;
    const now = this.#now;
    const up = limit === void 0;
    const { frames, sent } = this.outbox.pump(now, limit);
    const due = [...first, ...ledgers.questions(now), ...up ? ledgers.news(now) : [], ...frames];
    const acks = up && (due.length || now >= ledgers.reader.ackAt) ? this.#received : [];
    this.#write([...acks, ...due]);
    for (const tag of sent) this.#out.push({ do: "sent", tag });
  }
  #write(frames) {
    const { front } = this.route;
    if (front !== void 0 && frames.length) this.#out.push({ do: "write", link: front, frames });
  }
  get #received() {
    return this.ledgers.received(this.#now);
  }
};

const MAX_PACKET = 2 ** 24;
class Links {
  #options;
  #held = /* @__PURE__ */ new Map();
  #target;
  constructor(options) {
    this.#options = options;
  }
  /** @param fresh asks where to; otherwise it is where the one before went. */
  open(link, rung = 0, fresh = true) {
    this.#held.set(link, { frames: [], max: Infinity });
    if (fresh) this.#target = void 0;
    this.#target ??= this.#options.target();
    this.#target.then((target) => {
      this.#dial(link, rung, target);
    }).catch((error) => {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#ended(link, { code: Close.abnormal, reason: `could not dial: ${cause.message}`, error: cause });
    });
  }
  write(link, frames) {
    const held = this.#held.get(link);
    if (!held) return;
    if (!held.frames.length) {
      this.#options.env.defer(() => {
        this.#flush(held);
      });
    }
    held.frames.push(...frames);
  }
  limit(link, max) {
    const held = this.#held.get(link);
    if (held) held.max = max;
  }
  /** Closes it and hears no more of it. */
  drop(link, { code, reason }) {
    const held = this.#held.get(link);
    if (!held) return;
    this.#held.delete(link);
    this.#flush(held);
    held.connection?.close(code, reason);
  }
  /** A provider may have taken its time: the link may be gone when it answers. */
  #dial(link, rung, target) {
    const held = this.#held.get(link);
    const { transports, codec, feed, env } = this.#options;
    const transport = transports[rung];
    if (!held || !transport) return;
    const on = {
      opened() {
        feed({ on: "opened", link });
      },
      received(packet) {
        let news;
        try {
          if (packet.length > MAX_PACKET) throw new FrameError("too-big", `a packet of ${packet.length} bytes`);
          news = { on: "frames", link, frames: codec.decode(packet) };
        } catch (error) {
          news = { on: "broken", link, error };
        }
        feed(news);
      },
      closed: (closing) => {
        this.#ended(link, closing);
      }
    };
    held.connection = transport.open(target, on, env);
  }
  #ended(link, closing) {
    if (this.#held.delete(link)) this.#options.feed({ on: "ended", link, closing });
  }
  #flush(held) {
    const { frames, connection, max } = held;
    held.frames = [];
    if (!connection || !frames.length) return;
    for (const packet of this.#encode(frames, max)) connection.send(packet);
  }
  /** A frame that cannot be said takes no other with it. */
  #encode(frames, max) {
    const { codec, report } = this.#options;
    try {
      return codec.encode(frames, max);
    } catch (error) {
      if (frames.length > 1) return frames.flatMap((frame) => this.#encode([frame], max));
      report(error);
      return [];
    }
  }
}

function hear(network, page, feed) {
  const on = (signal) => {
    feed({ on: signal });
  };
  const looked = page && look(page, (away) => {
    feed({ on: "look", away });
  });
  const off = [...looked ? [looked] : [], ...network ? follow(network, on) : page ? [listen$1(page, on)] : []];
  return () => {
    for (const stop of off) stop();
  };
}
function follow(network, on) {
  const tell = ({ status }) => {
    if (status !== "unknown") on(status);
  };
  const off = [
    network.on("change", tell),
    ...["wake", "suspend"].map(
      (signal) => network.on(signal, () => {
        on(signal);
      })
    )
  ];
  tell(network);
  return off;
}

const SIZE = 100;
class Journal {
  #entries = [];
  add(what) {
    if (this.#entries.push({ time: Date.now(), what }) > SIZE) this.#entries.shift();
  }
  get entries() {
    return [...this.#entries];
  }
}

const ranks = ["online", "away", "offline"];
const isSame = (a, b) => a?.presence === b.presence && a.time === b.time;
class Presence {
  channel;
  #end;
  #events = new Emitter();
  #seats = /* @__PURE__ */ new Map();
  constructor(channel, end) {
    this.channel = channel;
    this.#end = end;
  }
  /** The devices in it, this one as well, each with how it was seen last. Empty until the server has answered. */
  get list() {
    return [...this.#seats.values()];
  }
  /** The same by person: the best presence and the latest time of each one's devices. */
  get users() {
    const users = /* @__PURE__ */ new Map();
    for (const seat of this.#seats.values()) {
      const { client, user, presence, time } = seat;
      const key = user ? `u${user}` : `c${client}`;
      const one = users.get(key) ?? { user, presence, time, devices: [] };
      one.devices.push(seat);
      if (ranks.indexOf(presence) < ranks.indexOf(one.presence)) one.presence = presence;
      one.time = Math.max(one.time, time);
      users.set(key, one);
    }
    return [...users.values()];
  }
  /** Listens; returns the way to stop listening. */
  on(type, listener, options) {
    return this.#events.on(type, listener, options);
  }
  /** Ends it: the list stays as it is. */
  stop() {
    this.#end();
  }
  /** @internal The client's word. */
  tell({ all, list, left = [] }) {
    const before = this.#seats;
    this.#seats = new Map(all ? [] : before);
    for (const client of left) this.#seats.delete(client);
    for (const seat of list) this.#seats.set(seat.client, seat);
    const changed = list.filter((seat) => !isSame(before.get(seat.client), seat));
    const gone = [...before.keys()].filter((client) => !this.#seats.has(client));
    if (changed.length || gone.length) this.#events.emit("change", { list: this.list, changed, left: gone });
  }
  /** @internal The client's word. */
  fail(error) {
    this.#events.emit("error", error);
  }
}

function resolve(url) {
  const base = globalThis.location?.href;
  const { href, protocol } = new URL(url, base);
  if (!/^(http|ws)s?:$/.test(protocol)) throw new TypeError(`${protocol} is not dialled`);
  return href;
}
async function targetOf({ url, token }, { protocols }) {
  const [address, secret] = await Promise.all([
    typeof url === "function" ? url() : url,
    typeof token === "function" ? token() : token
  ]);
  const target = { url: resolve(address), protocols };
  return secret === void 0 ? target : { ...target, token: secret };
}

const beats = { interval: number(15e3, 100), timeout: number(5e3), retries: count(1) };
const reconnect = {
  base: number(500),
  cap: number(2e4),
  factor: number(2, 1),
  floor: number(0),
  maxRetries: number(Infinity),
  stableAfter: number(5e3),
  connectTimeout: number(8e3, 1)
};
const outbox = {
  maxMessages: number(1e5),
  maxBytes: number(2 ** 26),
  onFull: ["reject", "'reject' or 'drop-oldest'", (value) => value === "reject" || value === "drop-oldest"],
  window: number(256, 1),
  windowBytes: number(2 ** 18, 1),
  ttl: number(Infinity)
};
const isFunction = (value) => typeof value === "function";
const has = (method) => [
  void 0,
  `object with ${method}()`,
  (value) => isFunction(Object(value)[method])
];
function isUrl(url) {
  try {
    return isFunction(url) || url && (typeof url === "string" || url instanceof URL) && resolve(url);
  } catch {
    return false;
  }
}
const rules$1 = {
  url: [null, "http(s) or ws(s) URL, or function", isUrl],
  token: [void 0, "string or function", (value) => /^[sf]/.test(typeof value)],
  codec: [void 0, "what customCodec() makes", (value) => "greets" in Object(value)],
  transports: [
    null,
    "list of transports; webSocket({ WebSocket }) where there is none",
    (value) => Array.isArray(value) && value.length && value.every(has("open")[2] ?? Boolean)
  ],
  stagger: [void 0, "number from 1", (value) => typeof value === "number" && value >= 1],
  memory: [void 0, "object with getItem(), or false", (value) => value === false || has("getItem")[2]?.(value)],
  heartbeat: [
    {},
    "object or false",
    (value) => isObjectOrFalse(value) && fill("heartbeat", beats, value || { interval: Infinity })
  ],
  reconnect: group("reconnect", reconnect, {}),
  outbox: group("outbox", outbox, {}),
  session: [void 0, "what tabSession() makes, or false", (value) => value === false || has("open")[2]?.(value)],
  network: has("on"),
  page: objectOrFalse,
  env: [void 0, "object of functions", (value) => isObject(value) && Object.values(value).every(isFunction)]
};
function check(options) {
  return fill("options", rules$1, options);
}
function settle({ heartbeat, reconnect: reconnect2, outbox: outbox2 }, { greets }, env) {
  return {
    link: {
      ...reconnect2,
      backoff: reconnect2,
      heartbeat,
      greets,
      random: env.random
    },
    outbox: outbox2,
    ttl: outbox2.ttl,
    id: env.id(),
    key: env.id()
  };
}

class Recovery {
  /** ms; undefined before the first. */
  took;
  #lostAt;
  hear(status, now, dials) {
    if (status !== "online") this.#lostAt ??= now;
    else if (this.#lostAt !== void 0) {
      if (dials > 1) this.took = now - this.#lostAt;
      this.#lostAt = void 0;
    }
  }
}

const EXPIRY = 864e5;
class Memory {
  #storage;
  #key;
  /** @param storage asked each time: in some pages the mere look at `localStorage` throws. */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
  }
  /** What was kept, unless it is too old, or not of our making. */
  recall() {
    try {
      const { transport, rtt, until } = JSON.parse(this.#storage()?.getItem(this.#key) ?? "{}");
      const fresh = typeof transport === "string" && typeof until === "number" && until > Date.now();
      return fresh ? { transport, ...typeof rtt === "number" && { rtt } } : {};
    } catch {
      return {};
    }
  }
  keep(what) {
    try {
      if (what) this.#storage()?.setItem(this.#key, JSON.stringify({ ...what, until: Date.now() + EXPIRY }));
      else this.#storage()?.removeItem(this.#key);
    } catch {
    }
  }
}

const STAGGER = 500;
const ROUND_TRIPS = 5;
const LEAST_STAGGER = 100;
const MOST_STAGGER = 2e3;
class Rungs {
  all;
  ladder;
  /** The name of the one that serves, or did last. */
  serving;
  #memory;
  constructor({ url, transports, memory, stagger }) {
    const origin = typeof url === "function" ? "" : new URL(resolve(url)).origin;
    this.all = transports;
    this.#memory = new Memory(
      () => (memory ?? globalThis.localStorage) || void 0,
      `holdfast:${origin}`
    );
    const { transport, rtt } = this.#memory.recall();
    const usual = rtt === void 0 ? STAGGER : Math.min(MOST_STAGGER, Math.max(LEAST_STAGGER, ROUND_TRIPS * rtt));
    this.ladder = {
      rungs: transports.length,
      first: Math.max(
        0,
        transports.findIndex(({ name }) => name === transport)
      ),
      stagger: stagger ?? usual
    };
  }
  /** This one serves from now on; undefined: the one remembered has failed. */
  serve(rung) {
    this.serving = rung === void 0 ? void 0 : this.all[rung]?.name;
    if (rung === void 0) this.#memory.keep(void 0);
  }
  /** For the next page. */
  keep(rtt) {
    if (this.serving !== void 0) this.#memory.keep({ transport: this.serving, rtt });
  }
}

const order = ["queued", "sent", "accepted", "stored", "delivered"];
class Later {
  #promise;
  #settle;
  /** @param answer the value, the error, or undefined while neither is known. */
  get(answer) {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = () => {
        const known = answer();
        if (!known) return;
        if ("error" in known) reject(known.error);
        else resolve(known.value);
      };
      this.#settle();
    });
    return this.#promise;
  }
  settle() {
    this.#settle?.();
  }
}
class OutgoingMessage {
  channel;
  /** Why it failed. */
  error;
  /** Its place in the channel's log: 1, 2, 3 …; undefined until the server has told it. */
  offset;
  /** Who has it; undefined until the server has told. */
  receipt;
  #state = "queued";
  #client;
  #seq = 0;
  /** Why nothing will be told of who has it. */
  #untold;
  #accepted;
  #delivered;
  #events;
  constructor(client, channel) {
    this.#client = client;
    this.channel = channel;
  }
  /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
  get id() {
    return this.#seq ? `${this.#client}:${this.#seq}` : void 0;
  }
  /**
   * `queued` here, `sent` to the server at least once, `accepted` by it for good, `stored` for recipients of whom none
   * is there, `delivered` to one of them at least (`receipt` says how many); or `failed`, and `error` says why.
   */
  get state() {
    return this.#state;
  }
  /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
  get accepted() {
    this.#accepted ??= new Later();
    return this.#accepted.get(() => {
      const { error } = this;
      if (error && error.code !== "undelivered") return { error };
      return error || order.indexOf(this.#state) > 1 ? { value: this } : void 0;
    });
  }
  /**
   * Resolves when the first recipient has it. Rejects with a {@link MessageError}: the message failed; it was deleted
   * before anybody had it (`undelivered`); or it is accepted and will not be told of (`untold`), since the client is
   * closed, a thousand newer messages are waited for, or the server tells nothing.
   */
  get delivered() {
    this.#delivered ??= new Later();
    return this.#delivered.get(() => {
      if (this.#state === "delivered" && this.receipt) return { value: this.receipt };
      const error = this.error ?? this.#untold;
      return error && { error };
    });
  }
  /** Listens to `state` or `receipt`; returns the way to stop. */
  on(type, listener, options) {
    this.#events ??= new Emitter();
    return this.#events.on(type, listener, options);
  }
  /** @internal The client's word on it. */
  number(seq) {
    this.#seq = seq;
  }
  /** @internal The client's word on it. No state goes back. */
  become(state, error) {
    if (order.indexOf(state) >= 0 && order.indexOf(state) <= order.indexOf(this.#state)) return;
    this.#state = state;
    this.error = error;
    this.#settle();
    this.#events?.emit("state", error ? { state, error } : { state });
  }
  /** @internal The client's word on it; without a receipt none will come. */
  reach(receipt) {
    if (!receipt) {
      this.#untold ??= new MessageError("untold", "nothing more will be told of who has it");
      this.#settle();
      return;
    }
    const { gone, ...delivery } = receipt;
    this.receipt = delivery;
    if (gone) this.become("failed", new MessageError("undelivered", "it was deleted before anybody had it"));
    else this.become(delivery.count ? "delivered" : "stored");
    this.#events?.emit("receipt", delivery);
  }
  #settle() {
    this.#accepted?.settle();
    this.#delivered?.settle();
  }
}

class Writer {
  /** The last number given. */
  seq = 0;
  #options;
  /** Blobs are read one after the other, and so many messages wait for it: order is kept. */
  #reading = Promise.resolve();
  #unread = 0;
  constructor(options) {
    this.#options = options;
  }
  send(ch, body, { ttl = this.#options.ttl, key }) {
    const message = new OutgoingMessage(this.#options.id, ch);
    const expiresAt = this.#options.now() + (Math.max(0, ttl) || 0);
    if (this.#unread || typeof Blob !== "undefined" && body instanceof Blob) {
      this.#unread++;
      this.#reading = this.#reading.then(async () => {
        this.#push(message, body instanceof Blob ? await body.arrayBuffer() : body, expiresAt, key);
      }).catch((cause) => {
        message.become("failed", new MessageError("not-encodable", "the Blob could not be read", { cause }));
      }).finally(() => this.#unread--);
    } else this.#push(message, body, expiresAt, key);
    return message;
  }
  #push(tag, value, expiresAt, key) {
    const seq = ++this.seq;
    tag.number(seq);
    try {
      const body = pack(value);
      const ch = tag.channel;
      this.#options.codec.check?.({ t: "send", seq, ch, body });
      this.#options.push({ seq, ch, body, bytes: sizeOf(body), key, expiresAt, tag });
    } catch (error) {
      tag.become("failed", error);
    }
  }
}

class Client {
  /** Random, public: the first half of every message id. */
  id;
  #core;
  #env;
  #links;
  #feed;
  #events = new Emitter();
  #channels = /* @__PURE__ */ new Map();
  #presences = /* @__PURE__ */ new Map();
  #pages = /* @__PURE__ */ new Map();
  #journal = new Journal();
  #writer;
  #keeper;
  #options;
  #rungs;
  #mute;
  #asked = 0;
  #recovery = new Recovery();
  #report = (error) => {
    this.#actions.fault({ do: "fault", error });
  };
  /** What is done with each output of the core. What the app is to know, the journal has as well. */
  #actions = {
    open: ({ link, rung, fresh }) => {
      this.#links.open(link, rung, fresh);
    },
    rung: ({ rung, reason }) => {
      const before = this.#rungs.serving;
      this.#rungs.serve(rung);
      const { serving: transport } = this.#rungs;
      if (transport === void 0 || transport === before) return;
      this.#rungs.keep(this.#core.ledgers.rtt.srtt);
      this.#journal.add(`over ${transport}${reason && `: ${reason}`}`);
      this.#events.emit("transport", { transport, reason });
    },
    write: ({ link, frames }) => {
      this.#links.write(link, frames);
    },
    limit: ({ link, max }) => {
      this.#links.limit(link, max);
    },
    drop: ({ link, closing }) => {
      this.#links.drop(link, closing);
    },
    ended: () => void 0,
    sent: ({ tag }) => {
      tag.become("sent");
    },
    settled: ({ tag, error, tracked }) => {
      tag.become(error ? "failed" : "accepted", error);
      if (error) this.#keeper?.touch();
      if (!tracked) tag.reach();
    },
    number: ({ tag, seq }) => {
      tag?.number(seq);
      this.#writer.seq = Math.max(this.#writer.seq, seq);
    },
    placed: ({ tag, offset }) => {
      tag.offset = offset;
    },
    receipt: ({ tag, receipt }) => {
      tag.reach(receipt);
    },
    present: ({ ch, present }) => {
      this.#presences.get(ch)?.tell(present);
    },
    unseen: ({ ch, error }) => {
      this.#presences.get(ch)?.fail(error);
    },
    deliver: ({ ch, message }) => {
      this.#channels.get(ch)?.deliver(message);
    },
    page: ({ id, page }) => {
      this.#pages.get(id)?.(page instanceof Error ? Promise.reject(page) : page);
      this.#pages.delete(id);
    },
    status: (output) => {
      const { status, reason } = output;
      this.#recovery.hear(status, this.#env.now(), this.#core.link.dials);
      if (status === "closed") this.#keeper?.end();
      this.#journal.add(reason ? `${status}: ${reason}` : status);
      this.#events.emit("status", output);
    },
    retry: ({ attempt, delay, closing: { reason } }) => {
      const next = delay < Infinity ? `next try in ${Math.round(delay)} ms` : "waiting for the network";
      this.#rungs.keep(this.#core.ledgers.rtt.srtt);
      this.#journal.add(`${reason}; ${next}`);
      this.#events.emit("retry", { attempt, delay, reason });
    },
    gap: ({ ch, gap }) => {
      this.#journal.add(`${ch}: offsets ${gap.from} to ${gap.to} are gone`);
      this.#channels.get(ch)?.tell("gap", gap);
    },
    fault: ({ ch, error }) => {
      this.#journal.add(String(error));
      if (ch === void 0) this.#events.emit("error", error);
      else this.#channels.get(ch)?.tell("error", error);
    }
  };
  constructor(options) {
    const settled = check(options);
    const env = { ...createEnv(), ...options.env };
    const { codec = clientCodec } = options;
    const { ttl, ...core } = settle(settled, codec, env);
    this.#keeper = options.session ? options.session.open() : void 0;
    const { id, key } = this.#keeper?.name ?? core;
    this.id = id;
    this.#options = options;
    this.#env = env;
    this.#rungs = new Rungs(options);
    this.#core = new Client$1({ ...core, id, key, shared: this.#keeper !== void 0, ladder: this.#rungs.ladder });
    const perform = (output) => {
      const act = this.#actions[output.do];
      act(output);
    };
    this.#feed = run(this.#core, env, perform, true);
    const push = (draft) => {
      this.#feed({ on: "send", draft });
      this.#keeper?.touch();
    };
    this.#writer = new Writer({ id, codec, ttl, now: env.now, push });
    this.#links = new Links({
      codec,
      transports: this.#rungs.all,
      target: () => targetOf(options, codec),
      env,
      feed: this.#feed,
      report: this.#report
    });
    this.#resume(key);
    this.#listen();
    this.#feed({ on: "connect" });
  }
  /** `connecting`, `online`, `reconnecting`, `offline` or `closed`. */
  get status() {
    return this.#core.status;
  }
  /** The name of the transport that serves: `websocket`, `sse`, `long-poll` or `short-poll`; undefined while none does. */
  get transport() {
    return this.status === "online" ? this.#rungs.serving : void 0;
  }
  /** Listens; returns the way to stop. */
  on(type, listener, options) {
    return this.#events.on(type, listener, options);
  }
  /** The channel of this name, always the same object. */
  channel(name) {
    const known = this.#channels.get(name) ?? new Channel(this, name);
    this.#channels.set(name, known);
    return known;
  }
  /**
   * Who is in a channel, kept up to date: begins to watch, and goes on until `stop()`. The same object until then. The
   * server has to tell who is there (`welcome.receipts`), and to allow it (`error`).
   */
  presence(name) {
    let presence = this.#presences.get(name);
    if (!presence) {
      presence = new Presence(this.channel(name).name, () => {
        if (this.#presences.delete(name)) this.#feed({ on: "unwatch", ch: name });
      });
      this.#presences.set(name, presence);
      this.#feed({ on: "watch", ch: name });
    }
    return presence;
  }
  /** The messages not yet accepted, and those not yet with everybody; also what the page before this one has left. */
  get messages() {
    const { items, tracked } = this.#core.ledgers.kept;
    return [...tracked, ...items].map(({ tag }) => tag);
  }
  stats() {
    const { link, ledgers } = this.#core;
    const { rtt, outbox, reader } = ledgers;
    return {
      rtt: rtt.srtt,
      rto: rtt.rto,
      queued: outbox.size,
      inFlight: outbox.inFlight,
      bytes: outbox.bytes,
      retransmits: outbox.retransmits,
      duplicates: reader.duplicates,
      gaps: reader.gaps,
      reconnects: Math.max(0, link.dials - 1),
      recovery: this.#recovery.took
    };
  }
  /** What happened to the connection lately, oldest first. The last disconnect is among it, in words. */
  explain() {
    return this.#journal.entries;
  }
  /** Dials anew at once, whatever the link says of itself. Also after the end. */
  reconnect() {
    this.#listen();
    this.#feed({ on: "reconnect", code: Close.normal, reason: "the app asked for a new link" });
  }
  /** Ends it: every message not accepted fails, no timer, socket or listener is left. */
  close() {
    this.#mute?.();
    this.#mute = void 0;
    this.#feed({ on: "close", code: Close.normal, reason: "closed by the app" });
  }
  /** @internal For channels. */
  send(ch, body, options) {
    return this.#writer.send(ch, body, options);
  }
  /** @internal For channels. */
  follow(ch, from) {
    this.#feed(from === void 0 ? { on: "unsubscribe", ch } : { on: "subscribe", ch, from });
  }
  /** @internal For channels. */
  history(ch, from, limit) {
    return new Promise((resolve) => {
      const id = ++this.#asked;
      this.#pages.set(id, resolve);
      this.#feed({ on: "history", id, ch, from, limit });
    });
  }
  /** Goes on where the page before this one was. */
  #resume(key) {
    const [core, writer, feed, report] = [this.#core, this.#writer, this.#feed, this.#report];
    const { id, now, timer } = this.#env;
    this.#keeper?.begin({ id: this.id, key, page: id(), now, timer, core, writer, feed, report });
  }
  #listen() {
    const { network, page = globalThis } = this.#options;
    this.#mute ??= hear(network, page, (input) => {
      if (this.#keeper?.hear(input) !== false) this.#feed(input);
    });
  }
}

const isCut = (status) => [0, 408, 502, 504].includes(status);
function closingOf(status, headers, open) {
  const reason = status ? `the server answered ${status}` : "no answer from the server";
  if (status === 408) return { code: 4408, reason: "no answer in time" };
  const away = status === 429 || status === 503;
  if (open && !away) return { code: 1006, reason: [401, 409, 410].includes(status) ? "the link is gone" : reason };
  if (status === 401 || status === 403) return { code: 4e3 + status, reason };
  return { code: away ? 1013 : 1006, reason, ...retryAfter(headers) };
}
function retryAfter(headers) {
  const after = String(headers?.get("retry-after"));
  const ms = /\D/.test(after) ? Date.parse(after) - Date.parse(String(headers?.get("date"))) : +after * 1e3;
  return ms >= 0 && { retryAfter: ms };
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
function base64url(text) {
  return base64(new TextEncoder().encode(text)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function toLine(packet) {
  if (typeof packet !== "string") return `!${base64(packet)}`;
  return /^$|^[!"#\uFEFF]|[\n\r]/.test(packet) ? JSON.stringify(packet) : packet;
}
function fromLine(line) {
  if (line.startsWith("!")) return Uint8Array.from(atob(line.slice(1)), (letter) => letter.charCodeAt(0));
  return line.startsWith('"') ? JSON.parse(line) : line;
}

const SLOWEST = 2048;
async function ask(link, query, body = null, read) {
  const { fetch = globalThis.fetch, credentials = "same-origin", timeout = 8e3 } = link.options;
  const size = body?.length ?? 0;
  const abort = new AbortController();
  let failed = 0;
  const cancel = link.clock.timer(
    () => {
      failed = 408;
      abort.abort();
    },
    timeout + (query.hold ?? 0) + Math.floor(size / SLOWEST) * 1e3
  );
  if (!query.post) link.stop = () => abort.abort();
  try {
    const response = await fetch(link.url, {
      method: body === null ? "GET" : "POST",
      body,
      // Not in the address: a browser would ask for leave (CORS) anew for each.
      headers: {
        accept: read ? "text/event-stream" : "*/*",
        holdfast: String(new URLSearchParams({ v: 1, ...query })),
        ...link.secret && { authorization: `Bearer ${link.secret}` }
      },
      credentials,
      // A page that goes away takes its requests with it; of the last ones the platform takes 64 KiB over.
      keepalive: !!query.close && size < 2e4,
      signal: abort.signal
    });
    const { status, url, redirected: moved, headers } = response;
    if (moved && new URL(url).origin !== new URL(link.url).origin) link.lose("redirected to another origin");
    if (moved) link.url = url;
    const ok = status === (query.post && query.hold === void 0 ? 204 : 200) && !(query.post && moved);
    return {
      status,
      ok,
      moved,
      headers,
      text: ok ? await (read ? read(response) : response.text()) : (abort.abort(), "")
    };
  } catch {
    return { status: failed, text: "" };
  } finally {
    cancel();
  }
}

const REPEATS = [100, 1e3];
const FAREWELL = 5e3;
const http = (name, options, run) => ({
  name,
  open: (target, on, clock) => new HttpLink(target, on, clock, options, run)
});
class HttpLink {
  clock;
  options;
  url;
  secret;
  stop;
  /** Names the link to the server, from its first answer on. */
  ticket;
  /** Packets that came. */
  got = 0;
  /** Called when there is something to say. The constructor sets it, by `rest`. */
  wake;
  /** Nobody listens any more once either side has closed. */
  #on;
  /** Lines that the server has not confirmed. */
  #queue = [];
  /** Length of a body. */
  #limit = 2 ** 16;
  #posts = 0;
  /** The code of this side's close, for the server. */
  #code;
  /** Takes back that the link ends when its farewell takes too long. */
  #hurry;
  /** No more is said. */
  #over = false;
  constructor({ url, token }, on, clock, options, run) {
    this.url = url.replace(/^ws/, "http");
    this.secret = token === void 0 ? "" : `holdfast.token.${base64url(token)}`;
    this.clock = clock;
    this.options = options;
    this.#on = on;
    this.rest().then(() => run(this)).catch((error) => this.lose(String(error)));
    queueMicrotask(() => {
      this.#on?.opened();
      clock.timer(() => this.wake(), 0);
    });
  }
  isLive() {
    return !!this.#on;
  }
  get buffered() {
    return this.#queue.join("").length;
  }
  send(packet) {
    if (!this.#on) return;
    this.#queue.push(toLine(packet));
    queueMicrotask(() => this.wake());
  }
  /** Silent at once. Packets come down until the server knows, for to some servers a stream that ends is the end. */
  close(code) {
    if (!this.#on) return;
    this.#on = void 0;
    this.#code = code >= 3e3 ? code : 1e3;
    if (!this.ticket || code === 4408 && this.buffered) this.end();
    else {
      this.#hurry = this.clock.timer(() => this.end(), FAREWELL);
      this.wake();
    }
  }
  /** This link is over: nothing more is heard or said. */
  end(closing) {
    const on = this.#on;
    this.#on = void 0;
    this.#over = true;
    this.#hurry?.();
    this.stop?.();
    if (closing) on?.closed({ clean: false, ...closing });
  }
  /** It broke. */
  lose(reason) {
    this.end({ code: 1006, reason });
  }
  wait(ms) {
    return new Promise((done) => {
      this.clock.timer(done, ms);
    });
  }
  /** What the server said, of the link or for the app. It begins with the ticket. */
  take(text) {
    for (const line of text.split("\n")) {
      if (!line || !this.#on) continue;
      let packet;
      try {
        if (line.startsWith("#")) this.#control(line.slice(1));
        else packet = fromLine(line);
        if (!this.ticket) throw new TypeError();
      } catch {
        this.lose("the answer is not understood");
        return;
      }
      if (packet === void 0) continue;
      this.got++;
      this.#on.received(packet);
    }
    if (!this.ticket) this.lose("this is no Holdfast server");
  }
  /** Says what waits, and from then on at once what there is to say, in a POST of its own. */
  async speak(query, read) {
    await this.post(query, read);
    void this.#pump();
  }
  async #pump() {
    while (!this.#over) await (this.#queue.length || this.#code ? this.post() : this.rest());
  }
  /** Waits until there is something to say, or for `ms`. */
  rest(ms) {
    return new Promise((done) => {
      const cancel = ms === void 0 ? void 0 : this.clock.timer(done, ms);
      this.wake = () => {
        cancel?.();
        done();
      };
    });
  }
  /**
   * Says what waits and fits in one body, or asks where nothing waits, and takes the answer. What was cut is done again,
   * but for the first POST, which has no number.
   */
  async post(query = {}, read) {
    const open = !!this.ticket;
    const code = this.#code;
    let lines = this.#batch();
    const says = !open || code || lines.length;
    const numbered = open && says ? { ...query, post: ++this.#posts } : query;
    for (let tries = 0; !this.#over; ) {
      const last = code && lines.length === this.#queue.length;
      const answer = await ask(
        this,
        last ? { ...numbered, close: code } : numbered,
        says ? lines.join("\n") : null,
        read
      );
      const { status, ok, moved, headers, text } = answer;
      if (ok) {
        this.#queue.splice(0, lines.length);
        if (last) this.end();
        this.take(text);
        return;
      }
      const again = moved ? open || !tries && [401, 405, 426].includes(status) : open && isCut(status);
      const pause = again ? REPEATS[tries++] : void 0;
      if (status === 413 && lines.length && !(open && tries)) lines = this.#smaller(lines);
      else if (pause === void 0) this.end(closingOf(status, headers, open));
      else if (open) await this.wait(pause);
    }
  }
  #control(json) {
    const { ticket, code, reason = "" } = JSON.parse(json);
    if (ticket) this.secret = `holdfast.link.${this.ticket = ticket}`;
    if (code) this.end({ code, reason, clean: true });
  }
  /** What fits in one body; one line always does. */
  #batch() {
    let room = this.#limit;
    return this.#queue.filter(({ length }, at) => (room -= length + 1) >= -1 || !at);
  }
  /** For a way that takes no body of this size. */
  #smaller(lines) {
    this.#limit = lines.join("\n").length / 2;
    const { size } = new Blob([fromLine(lines[0] ?? "")]);
    if (lines.length === 1) this.end({ code: 1009, reason: "too large for the way", max: size - 1 });
    return this.#batch();
  }
}

const SEATS = 4;
const seated = (run) => async (link) => {
  const { location, navigator } = globalThis;
  const locks = location && navigator?.locks;
  if (!locks) return run(link);
  const sit = async (lock) => {
    if (lock) await run(link);
    return lock;
  };
  const { origin } = new URL(link.url);
  for (let seat = 0; seat < SEATS; seat++)
    if (await locks.request(`holdfast ${origin} ${seat}`, { ifAvailable: true }, sit)) return;
  link.lose("other tabs keep the connections");
};

const QUICK = 500;
const PAUSE$1 = 250;
const AGAIN = 100;
const MIN_HOLD = 1e3;
const longPoll = ({ hold: longest = 25e3, ...options } = {}) => http(
  "long-poll",
  options,
  seated(async (link) => {
    let hold = Math.ceil(longest);
    let failed = false;
    await link.speak({ hold: PAUSE$1 });
    while (link.isLive()) {
      const start = link.clock.now();
      const { status, ok, headers, text } = await ask(link, { since: link.got, hold });
      const isQuick = link.clock.now() - start <= QUICK;
      if (ok) link.take(text);
      else if (!isCut(status) || isQuick && failed) link.end(closingOf(status, headers, true));
      else if (!isQuick) hold = Math.min(hold, Math.max(Math.ceil(hold / 2), MIN_HOLD));
      failed = !ok && isQuick;
      if (isQuick && !text && link.isLive()) await link.wait(AGAIN);
    }
  })
);
const shortPoll = ({ interval = 2e3, ...options } = {}) => http("short-poll", options, async (link) => {
  let pause = PAUSE$1;
  await link.post({ hold: PAUSE$1 });
  while (link.isLive()) {
    const since = link.got;
    const says = link.buffered;
    await link.post({ since, hold: says ? PAUSE$1 : 0 });
    pause = Math.min(interval, says || link.got > since ? PAUSE$1 : pause * 2);
    if (link.isLive() && !link.buffered) await link.rest(pause);
  }
  await link.speak();
});

const MAX_LINE = 2 ** 24;
const sse = (options = {}) => http(
  "sse",
  options,
  seated(async (link) => {
    await ("body" in Response.prototype ? stream(link) : listen(link, options));
    link.lose("the stream ended");
  })
);
async function stream(link) {
  let reader;
  const decoder = new TextDecoder();
  let rest = "";
  const next = async () => {
    const { done, value } = await reader?.read() ?? { done: true };
    const lines = decoder.decode(value, { stream: true }).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data:")) link.take(line.slice(5).replace(/^ |\r$/g, ""));
    return !done && rest.length <= MAX_LINE;
  };
  await link.speak({}, async ({ body }) => {
    reader = body?.getReader();
    while (!link.ticket && await next()) ;
    return "";
  });
  while (await next()) ;
}
async function listen(link, { EventSource = globalThis.EventSource, credentials, timeout = 8e3 }) {
  await link.speak({ hold: 0 });
  if (!link.isLive()) return;
  const url = new URL(link.url);
  url.searchParams.set("link", link.ticket ?? "");
  url.searchParams.set("since", String(link.got));
  const source = new EventSource(url.href, { withCredentials: credentials === "include" });
  const hear = ({ data }) => link.take(data);
  const cancel = source.onopen = link.clock.timer(() => link.end(closingOf(408)), timeout);
  source.onmessage = hear;
  source.addEventListener("control", hear);
  await new Promise((done) => {
    link.stop = () => {
      cancel();
      source.close();
      done();
    };
    source.onerror = link.stop;
  });
}

function webSocket({
  WebSocket = globalThis.WebSocket,
  fetch = globalThis.fetch
} = {}) {
  return {
    name: "websocket",
    open(target, events) {
      const { url, token, protocols } = target;
      const secret = token === void 0 ? void 0 : `holdfast.token.${base64url(token)}`;
      const socket = new WebSocket(url.replace(/^http/, "ws"), protocols.concat(secret ?? []));
      let opened = false;
      let on = events;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        opened = true;
        on?.opened();
      };
      socket.onmessage = ({ data }) => {
        on?.received(typeof data === "string" ? data : new Uint8Array(data));
      };
      socket.onerror = () => {
      };
      socket.onclose = ({ code, reason, wasClean: clean }) => {
        if (opened || !secret) on?.closed({ code, reason, clean });
        else if (on) void refusal(fetch, target, secret).then((closing) => on?.closed(closing));
      };
      return {
        send: (packet) => {
          socket.send(packet);
        },
        close(code, reason) {
          on = void 0;
          socket.close(code >= 3e3 ? code : 1e3, reason.slice(0, 40));
        },
        get buffered() {
          return socket.bufferedAmount;
        }
      };
    }
  };
}
async function refusal(ask, { url }, secret) {
  try {
    const { status, headers } = await ask(url.replace(/^ws/, "http"), {
      headers: { authorization: `Bearer ${secret}` }
    });
    return closingOf(status, headers);
  } catch {
    return closingOf(0);
  }
}

function usual(custom) {
  const sockets = "WebSocket" in globalThis ? [webSocket()] : [];
  return custom ? sockets : [...sockets, sse(), longPoll(), shortPoll()];
}
function createClient(options) {
  if (!isObject(options)) return new Client(options);
  const { transports = usual(options.codec !== void 0) } = options;
  return new Client({ ...options, transports });
}

const LOOKS = 20;
const PAUSE = 50;
class Keeper {
  #store;
  #host;
  #loaded;
  /** It lies in the store. */
  #isDown = false;
  #isSuspended = false;
  #isAway = false;
  /** It looks for what another page has not left yet; ends that. */
  #looking;
  /** The last number that another page may know of. */
  #bound = 0;
  #failure;
  #hasTold = false;
  constructor(store) {
    this.#store = store;
    this.#loaded = this.#load();
  }
  /** The name that the page before had, if any. */
  get name() {
    return this.#loaded;
  }
  begin(host) {
    this.#host = host;
    if (this.#loaded) this.#restore(this.#loaded);
    this.#loaded = void 0;
    queueMicrotask(() => {
      this.#tell();
    });
  }
  /** What is heard of the page. Comes before the client hears it. False: it will hear it later. */
  hear(heard) {
    if (heard.on === "look") {
      this.#isAway = heard.away;
      if (heard.away) this.#lay();
      else this.#take();
    } else if (heard.on === "suspend") {
      if (this.#looking) this.#wake(0);
      this.#lay();
      this.#isSuspended = true;
    } else if (heard.on === "wake") return this.#wake(LOOKS);
    return true;
  }
  /** Something happened that the page after this one has to know, should this one end now. */
  touch() {
    if (!this.#isDown) return;
    if (!this.#isSuspended || this.#take()) this.#lay();
  }
  /** The client is closed: nothing is kept. */
  end() {
    this.#looking?.();
    this.#looking = void 0;
    if (this.#isDown) this.#save(void 0);
    this.#isDown = false;
  }
  #lay() {
    const host = this.#host;
    if (!host || this.#looking || host.core.status === "closed") return;
    const left = this.#isDown ? void 0 : this.#load();
    if (left?.id === host.id && left.page !== host.page) this.#restore(left);
    const { id, key, page } = host;
    const { seq } = host.writer;
    const { kept } = host.core.ledgers;
    const wall = Date.now() - host.now();
    const items = kept.items.map(({ seq: seq2, ch, body, key: key2, expiresAt, tries }) => {
      return { seq: seq2, ch, body, key: key2, tries, expiresAt: expiresAt + wall };
    });
    const tracked = kept.tracked.map(({ seq: seq2, ch }) => ({ seq: seq2, ch }));
    this.#isDown = true;
    this.#bound = seq;
    this.#save({ id, key, page, seq, acked: kept.acked, items, tracked, places: kept.places });
  }
  /** The page goes on, once it has the session again; false while another page has it. */
  #wake(looks) {
    this.#looking?.();
    this.#looking = void 0;
    if (!this.#take(looks > 0)) {
      this.#looking = this.#host?.timer(() => {
        if (this.#wake(looks - 1)) this.#host?.feed({ on: "wake" });
      }, PAUSE);
      return false;
    }
    this.#isSuspended = false;
    if (this.#isAway) this.#lay();
    return true;
  }
  /** @param waits false is the answer where another page has it and has left nothing yet. */
  #take(waits = true) {
    const host = this.#host;
    if (!this.#isDown || !host) return true;
    const loaded = this.#load();
    this.#tell();
    const saved = loaded?.id === host.id ? loaded : void 0;
    if (!saved && this.#isSuspended && waits && !this.#failure) return false;
    this.#isDown = false;
    if (saved ? saved.page === host.page : !this.#isSuspended) return true;
    const { id, key, page } = host;
    this.#restore(saved ?? { id, key, page, seq: 0, acked: 0, items: [], tracked: [], places: {} });
    return true;
  }
  #restore({ seq: last, acked, items, tracked, places }) {
    const host = this.#host;
    if (!host) return;
    const wall = Date.now() - host.now();
    const known = this.#bound;
    const isNew = ({ seq }) => seq > known;
    const messageOf = (ch, seq) => {
      const message = new OutgoingMessage(host.id, ch);
      message.number(seq);
      return message;
    };
    const kept = {
      items: items.filter(isNew).map(({ seq, ch, body, key, expiresAt, tries }) => {
        const tag = messageOf(ch, seq);
        if (tries) tag.become("sent");
        return { seq, ch, body, key, tries, bytes: sizeOf(body), expiresAt: expiresAt - wall, tag };
      }),
      tracked: tracked.filter(isNew).map(({ seq, ch }) => {
        const tag = messageOf(ch, seq);
        tag.become("accepted");
        return { seq, ch, tag };
      }),
      acked,
      places
    };
    host.feed({ on: "restore", kept, seq: last, bound: known });
  }
  #note(cause) {
    this.#failure ??= new Error(`the session cannot be kept: ${cause.message}`, { cause });
  }
  #load() {
    try {
      return this.#store.load();
    } catch (error) {
      this.#note(error);
      return void 0;
    }
  }
  #save(saved) {
    try {
      this.#store.save(saved);
    } catch (error) {
      this.#note(error);
    }
    this.#tell();
  }
  /** Once: it will throw the next time, too. */
  #tell() {
    if (!this.#failure || !this.#host || this.#hasTold) return;
    this.#hasTold = true;
    this.#host.report(this.#failure);
  }
}

const MAX_TEXT = 2 ** 20;
function fold(body) {
  return typeof body === "string" ? body : [btoa(Array.from(body, (byte) => String.fromCharCode(byte)).join(""))];
}
const unfold = (body) => typeof body === "string" ? body : Uint8Array.from(atob(body[0]), (letter) => letter.charCodeAt(0));
function toText({ items, ...saved }) {
  const texts = [];
  let room = MAX_TEXT;
  for (const { body, ...item } of items) {
    const text = JSON.stringify({ ...item, body: fold(body) });
    room -= text.length;
    if (room < 0) break;
    texts.push(text);
  }
  return `${JSON.stringify({ v: 1, ...saved }).slice(0, -1)},"items":[${texts.join()}]}`;
}
function fromText(text) {
  const saved = JSON.parse(text);
  const { v, id, key, seq, acked, items, tracked, places } = saved;
  if (v !== 1 || !id || !key || !isNumber(seq) || !isNumber(acked) || !isObject(places)) return void 0;
  if (!Array.isArray(items) || !Array.isArray(tracked)) return void 0;
  const list = items.map((item) => ({
    ...item,
    body: unfold(item.body),
    expiresAt: item.expiresAt ?? Infinity
  }));
  return { ...saved, items: list };
}
function storedSession(storage, key) {
  const reach = () => typeof storage === "function" ? storage() : storage;
  return {
    open: () => new Keeper({
      load() {
        const text = reach().getItem(key);
        reach().removeItem(key);
        return text === null ? void 0 : fromText(text);
      },
      save(saved) {
        if (saved) reach().setItem(key, toText(saved));
        else reach().removeItem(key);
      }
    })
  };
}
function tabSession(name = "holdfast") {
  return storedSession(() => sessionStorage, `${name}:session`);
}

const rules = {
  probeUrl: [void 0, "string"],
  probeTimeout: number(5e3),
  sleepCheck: number(5e3),
  page: [void 0, "object"],
  fetch: [void 0, "function"],
  env: [void 0, "object"]
};
const FIRST_WAIT = 1e3;
const MAX_WAIT = 3e4;
const LATE = 2e3;
class NetworkDetector {
  #options;
  #page;
  #env;
  #events = new Emitter();
  #unlisten;
  #status = "unknown";
  /** The newest look, and what ends its probe. */
  #checking = Promise.resolve("unknown");
  #control = new AbortController();
  #stop;
  /** Until the next probe while offline, and what calls it off. */
  #wait = FIRST_WAIT;
  #rest;
  #closed = false;
  /** @throws OptionError for an option that there is not, or with a value that it does not take. */
  constructor(options = {}) {
    const { page, env, probeUrl, sleepCheck } = this.#options = fill("options", rules, options);
    this.#page = page ?? globalThis;
    this.#env = env ?? createClock();
    this.#status = probeUrl === void 0 ? this.#claimed() : "unknown";
    void this.#check("start");
    this.#unlisten = listen$1(this.#page, (signal, cause) => this.#hear(signal, cause));
    if (sleepCheck) this.#watchClock();
  }
  /** What is known now. */
  get status() {
    return this.#status;
  }
  /** Listens, until `signal` aborts or the returned function is called. */
  on(type, listener, options) {
    return this.#events.on(type, listener, options);
  }
  /** Looks now, by the probe where there is one. Never rejects; after `close` it says what was last known. */
  async check() {
    return this.#closed ? this.#status : this.#check("check");
  }
  /** Stops watching and probing. */
  close() {
    this.#closed = true;
    this.#unlisten();
    this.#stop?.();
    this.#rest?.();
    this.#control.abort();
  }
  #hear(signal, cause) {
    if (signal === "suspend") this.#events.emit("suspend", { cause });
    else if (this.#options.probeUrl !== void 0) void this.#check(cause);
    else if (signal !== "wake") this.#set(signal, cause);
    if (signal === "wake") this.#events.emit("wake", { cause });
  }
  #check(cause) {
    return this.#checking = this.#look(cause);
  }
  async #look(cause) {
    const control = this.#takeOver();
    const status = await this.#ask(control.signal);
    if (control !== this.#control) return this.#checking;
    this.#set(status, cause);
    this.#lookAgain(status, cause);
    return this.#status;
  }
  /** One failed probe is not the last word: nothing else may ever tell that the network is back. */
  #lookAgain(status, cause) {
    if (cause !== "probe") this.#wait = FIRST_WAIT;
    if (this.#closed || status !== "offline" || this.#options.probeUrl === void 0) return;
    this.#rest = this.#env.timer(() => void this.#check("probe"), this.#wait);
    this.#wait = Math.min(2 * this.#wait, MAX_WAIT);
  }
  #takeOver() {
    this.#rest?.();
    this.#control.abort();
    return this.#control = new AbortController();
  }
  async #ask(signal) {
    const { probeUrl, fetch = globalThis.fetch } = this.#options;
    if (probeUrl === void 0) return this.#claimed();
    const cancel = this.#env.timer(() => this.#control.abort(), this.#options.probeTimeout);
    try {
      await fetch(probeUrl, { method: "HEAD", mode: "no-cors", cache: "no-store", credentials: "omit", signal });
      return "online";
    } catch {
      return "offline";
    } finally {
      cancel();
    }
  }
  #claimed() {
    const onLine = this.#page.navigator?.onLine;
    return onLine === void 0 ? "unknown" : onLine ? "online" : "offline";
  }
  #set(status, cause) {
    if (this.#closed || status === this.#status) return;
    this.#status = status;
    this.#events.emit("change", { status, cause });
  }
  #watchClock() {
    const due = this.#env.now() + this.#options.sleepCheck;
    this.#stop = this.#env.timer(() => {
      this.#watchClock();
      if (this.#env.now() > due + LATE && this.#page.document?.visibilityState !== "hidden") this.#hear("wake", "sleep");
    }, this.#options.sleepCheck);
  }
}

const withValue = (frame) => frame.t === "send" ? { ...frame, body: unpack(frame.body) } : frame;
function customCodec({ encode, decode, greets = false, protocols = [] }) {
  if (typeof encode !== "function" || typeof decode !== "function")
    throw new OptionError("bad-option", "customCodec takes encode and decode, both functions");
  return {
    greets,
    protocols,
    check(frame) {
      try {
        encode(withValue(frame));
      } catch (cause) {
        throw cause instanceof MessageError ? cause : new MessageError("not-encodable", String(cause), { cause });
      }
    },
    encode: (frames) => frames.flatMap((frame) => encode(withValue(frame)) ?? []),
    decode(packet) {
      try {
        const frames = [decode(packet) ?? []].flat();
        const wrong = frames.map((frame) => flaw(frame, serverShapes)).find(Boolean);
        if (wrong) throw new TypeError(wrong);
        return frames;
      } catch (cause) {
        throw new FrameError("bad-frame", `the codec could not decode a packet: ${String(cause)}`, { cause });
      }
    }
  };
}

export { Channel, Client, Close, ConnectionError, FrameError, HoldfastError, MessageError, NetworkDetector, OptionError, OutgoingMessage, Presence, createClient, createEnv, customCodec, longPoll, shortPoll, sse, storedSession, tabSession, webSocket };
//# sourceMappingURL=index.js.map
