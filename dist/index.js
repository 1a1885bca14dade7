import { g as guard, H as HoldfastError, i as isNumber, M as MessageError, b as ConnectionError, C as Close, d as inWords, v as verdict, F as FrameError, a as isObject, r as run, O as OptionError, f as flaw, s as serverShapes } from './shared/run.js';
import { n as need, L as Link, R as Rtt, l as listen$1, f as fill, o as objectOrFalse, g as group, i as isObjectOrFalse, a as number, c as count } from './shared/page.js';
import { P as PROTOCOL_VERSION, c as clientCodec, p as pack, s as sizeOf, u as unpack } from './shared/codec.js';
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
    need(from === "now" || from === "oldest" || isNumber(from), `from takes: 'now', 'oldest' or whole number`);
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
  /** Takes the server's terms: the largest packet and the largest body, bytes. */
  accept({ ticket, max }) {
    this.#ticket = ticket;
    return { packet: Math.min(max, this.passes / 2), body: Math.max(0, Math.min(max, this.passes) - ENVELOPE) };
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
  /** When to look for expired messages next. */
  get expiresAt() {
    return this.size ? this.#expiresAt : Infinity;
  }
  /** When the oldest in flight has been without an answer for too long; of use while there is a link. */
  get overdueAt() {
    const [oldest] = this.#items;
    if (!oldest || !this.inFlight) return Infinity;
    return Math.max(oldest.sentAt, this.#movedAt) + Math.min(this.#rtt.rto * 2 ** this.#strikes, MAX_RTO);
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
    const item = { seq, ch, body, bytes, key: slot, expiresAt, tag, sentAt: 0, tries: 0 };
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
    let bytes = this.#items.slice(0, this.inFlight).reduce((sum, item) => sum + item.bytes, 0);
    for (let item; this.inFlight < this.#window && (item = this.#items[this.inFlight]); this.inFlight++) {
      bytes += item.bytes;
      if (bytes > most && (this.inFlight || limit < Infinity)) break;
      if (!item.tries) sent.push(item.tag);
      frames.push(this.#write(item, this.inFlight, now));
    }
    return { frames, sent };
  }
  /** The link is gone: what was in flight is not. */
  interrupt() {
    this.inFlight = 0;
    this.#strikes = 0;
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
    let fresh;
    for (let item; (item = this.#items[count]) && item.tries && item.seq <= seq; count++) {
      this.acked = item.seq;
      this.#forget(item);
      fresh = item.tries === 1 && count < this.inFlight ? item : void 0;
    }
    if (!count) return [];
    if (fresh) this.#rtt.sample(now - fresh.sentAt);
    const done = this.#items.splice(0, count);
    this.inFlight = Math.max(0, this.inFlight - count);
    this.#movedAt = now;
    if (this.#strikes && count === 1) this.interrupt();
    this.#strikes = 0;
    return done.map(({ tag }) => ({ do: "settled", tag }));
  }
  /** One message is settled out of turn: accepted, or refused with a reason. */
  settle(seq, error) {
    const at = this.#items.findIndex((item2) => item2.seq >= seq || !item2.tries);
    if (this.#items[at]?.seq !== seq || !this.#items[at].tries) return [];
    const item = this.#take(at);
    if (!at) this.#strikes = 0;
    if (error) this.interrupt();
    return [error ? fail(item, error.code, error.reason) : { do: "settled", tag: item.tag }];
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
  /** The oldest in flight leaves again when it is overdue, alone: the rest follows when the server has moved. */
  retransmit(now) {
    const [oldest] = this.#items;
    if (now < this.overdueAt || !oldest) return [];
    this.#strikes++;
    return [this.#write(oldest, 0, now)];
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
  /** The last offset acknowledged to the server. */
  told = 0;
  duplicates = 0;
  /** Which of this channel's subscriptions it is. */
  id;
  ch;
  #from;
  #early = /* @__PURE__ */ new Map();
  #seen = /* @__PURE__ */ new Map();
  constructor(ch, from, id) {
    this.ch = ch;
    this.#from = from;
    this.id = id;
  }
  /** The question that gets the rest, from here on. */
  get question() {
    const { ch, next, epoch, id } = this;
    return { t: "sub", ch, from: next ?? this.#from, id, ...epoch !== void 0 && { epoch } };
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
    this.next = next;
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
class Reader {
  /** When the acknowledgements are to leave, even alone. */
  ackAt = Infinity;
  gaps = 0;
  #inboxes = /* @__PURE__ */ new Map();
  #asks = new Asks();
  #emit;
  #forgotten = 0;
  #subscriptions = 0;
  constructor(emit) {
    this.#emit = emit;
  }
  /** When a question is to be asked again; of use while there is a link. */
  get askAt() {
    return this.#asks.deadline;
  }
  get duplicates() {
    let sum = this.#forgotten;
    for (const { duplicates } of this.#inboxes.values()) sum += duplicates;
    return sum;
  }
  subscribe(ch, from) {
    if (this.#inboxes.has(ch)) return;
    const inbox = new Inbox(ch, from, ++this.#subscriptions);
    this.#inboxes.set(ch, inbox);
    this.#ask(inbox);
  }
  unsubscribe(ch) {
    this.#asks.delete(ch);
    const inbox = this.#inboxes.get(ch);
    if (!inbox) return [];
    this.#inboxes.delete(ch);
    this.#forgotten += inbox.duplicates;
    return [{ t: "unsub", ch, id: inbox.id }];
  }
  history(id, ch, from, limit) {
    const frame = { t: "history", id, ch, from, limit };
    this.#asks.add(id, () => frame);
  }
  /** The link is gone, and every question with it. */
  interrupt() {
    this.#asks.interrupt();
    this.ackAt = Infinity;
  }
  /** There is a link: follow every channel from where it was left, and ask again what was not answered. */
  resume() {
    for (const inbox of this.#inboxes.values()) {
      inbox.sure = false;
      this.#ask(inbox);
    }
    this.#asks.resume();
  }
  /** The questions that are due; one without an answer is due again after `patience` ms. */
  questions(now, patience) {
    return this.#asks.due(now, patience);
  }
  /** The cumulative acknowledgements not yet told. They travel with whatever leaves next. */
  received() {
    this.ackAt = Infinity;
    const frames = [];
    for (const [ch, inbox] of this.#inboxes) {
      if (inbox.untold < 1) continue;
      inbox.told += inbox.untold;
      frames.push({ t: "received", ch, offset: inbox.told, id: inbox.id });
    }
    return frames;
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
        this.ackAt = now;
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
    if (messages.length) this.ackAt = Math.min(this.ackAt, inbox.untold >= ACK_COUNT ? now : now + ACK_DELAY);
    for (const message of messages) this.#emit({ do: "deliver", ch, message });
  }
}

const YOUNG = 1e4;
const REST = 6e4;
const MAX_REST = 6e5;
const ENOUGH = 2;
const well = { strikes: 0, restsUntil: 0 };
function afterBreak({ strikes }, lived, now) {
  return lived < YOUNG ? rested(strikes + 1, now) : well;
}
function afterSilence({ strikes }, now) {
  return rested(strikes + 1, now);
}
function rested(strikes, now) {
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
  #best;
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
    this.#best = options.first;
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
    const rank = (rung) => this.rests(rung, now) ? rungs.length : rung === this.#best ? -1 : rung;
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
  /** The front, or the mover in its place, is welcomed: the race is over. */
  won(link, now) {
    const rung = this.#runners.get(link)?.rung ?? 0;
    const climbed = this.#since !== void 0;
    const { blame } = this;
    const reason = climbed ? "a better transport works again" : blame ? inWords(blame) : "";
    this.#climbs = 0;
    this.front = link;
    this.#since = now;
    this.#best = rung;
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
    const final = away || verdict(closing.code) !== "retry";
    if (away) {
      this.#best = rung;
      this.#health[rung] = well;
    } else if (!final && rung === this.#best && !this.#cautious) this.#forget(closing);
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
    this.#plan = [...this.#health.keys()].filter((rung) => rung < this.#best && !this.rests(rung, now));
    this.#climbAt = Infinity;
    this.#endAt = now + CLIMB;
    this.#fresh = true;
    if (this.#plan.length) this.#next(now);
    else this.#settle(now);
  }
  /** Nobody but the front runs on. From a lower rung, the next climb comes in a while. */
  #settle(now, closing = SLOWER) {
    this.#clear(closing);
    if (!this.#best) return;
    const wait = Math.min(MAX_CLIMB, FIRST_CLIMB * 2 ** this.#climbs++) * (0.5 + this.#random() / 2);
    const rested = this.#health.slice(0, this.#best).map(({ restsUntil }) => now < restsUntil ? restsUntil : Infinity);
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
    const health = this.#health[rung] ?? well;
    const lived = now - (this.#since ?? now);
    if (code === Close.timeout && rung) this.#health[rung] = afterSilence(health, now);
    else if (code === Close.timeout || code === Close.abnormal) this.#health[rung] = afterBreak(health, lived, now);
  }
  #forget({ reason }) {
    if (!this.#best) return;
    this.#best = 0;
    this.#emit({ do: "rung", rung: void 0, reason });
  }
}

const ONE = { rungs: 1, first: 0, stagger: Infinity };
class Route {
  link;
  ladder;
  #session;
  #now = 0;
  /** A link was welcomed once: one that is lost is a reconnect. */
  #known = false;
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
  get known() {
    return this.#known;
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
    this.#known = true;
    this.#tell({ on: "welcomed", link: this.#attempt, idle });
    this.ladder.won(link, now);
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
      this.#known = true;
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
      if ("closing" in output) this.#session.lost(output.closing.reason);
      if (output.do === "ping") this.#session.beat();
      else if (output.do === "drop") this.ladder.stop(output.closing, this.#now);
      else if (output.do === "open") this.#start();
      else if (output.do !== "hangup") this.#session.emit(output);
    }
  }
  #start() {
    const { state } = this.link;
    this.ladder.start("failures" in state ? state.failures : 0, this.#known, this.#now);
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

const FIRST_FLIGHT = 32768;
const verdicts = /* @__PURE__ */ new Set(["accepted", "refused"]);
let Client$1 = class Client {
  rtt = new Rtt();
  outbox;
  reader;
  route;
  #greeting;
  #options;
  #out = [];
  #now = 0;
  /** A new token was asked for since the last welcome. */
  #renewed = false;
  #pings = 0;
  /** The error told last, while it may come again. */
  #failure;
  #reason = "";
  #said = "";
  /** What each frame means. */
  #heard = {
    welcome: (frame, link) => {
      this.#welcome(link, frame);
    },
    accepted: ({ seq, only }) => {
      this.#out.push(...only ? this.outbox.settle(seq) : this.outbox.ack(seq, this.#now));
    },
    refused: ({ seq, code, reason }) => {
      this.#out.push(...this.outbox.settle(seq, { code: "refused", reason: `${code}: ${reason}` }));
    },
    message: (frame) => {
      this.reader.message(frame, this.#now);
    },
    subscribed: (frame) => {
      this.reader.subscribed(frame, this.#now);
    },
    denied: (frame) => {
      this.reader.denied(frame);
    },
    page: (frame) => {
      this.reader.answer(frame.id, frame);
    },
    ping: (frame) => {
      this.#compare(frame);
      this.#write([...this.reader.received(), { t: "pong", id: frame.id }]);
    },
    pong: (frame) => {
      this.#compare(frame);
    },
    retry: (frame, link) => {
      this.#sendAway(frame, link);
    },
    error: ({ code, reason }) => {
      this.#out.push({ do: "fault", error: new ConnectionError(code, reason) });
    }
  };
  constructor(options) {
    this.#options = options;
    this.#greeting = new Greeting(options.id, options.key);
    this.outbox = new Outbox(options.outbox, this.rtt);
    this.reader = new Reader((output) => this.#out.push(output));
    const isFatal = (closing) => this.#isFatal(closing);
    const link = { ...options.link, rtt: this.rtt, closeTimeout: 0, isFatal };
    this.route = new Route(link, options.ladder, {
      emit: (output) => this.#out.push(output),
      greet: (to, moving) => this.#greet(to, moving),
      // What races is asked, and answers, without a name: the answer says which link it came by.
      ask: (to) => this.#out.push({ do: "write", link: to, frames: [{ t: "ping", id: 0 }] }),
      beat: () => {
        this.#write([...this.reader.received(), { t: "ping", id: ++this.#pings }]);
      },
      lost: (reason) => {
        this.outbox.interrupt();
        this.reader.interrupt();
        this.#reason = reason;
        this.#failure = void 0;
      }
    });
  }
  get link() {
    return this.route.link;
  }
  get status() {
    return statusOf(this.link.state, this.route.known);
  }
  get deadline() {
    const { outbox, reader } = this;
    const always = Math.min(this.route.deadline, outbox.expiresAt);
    return this.#serving ? Math.min(always, outbox.overdueAt, reader.ackAt, reader.askAt) : always;
  }
  handle(input, now) {
    this.#now = now;
    if (!("link" in input) || this.route.ladder.has(input.link)) this.#decide(input);
    this.#flush();
    const { status } = this;
    const said = status + this.#reason;
    if (said !== this.#said) this.#out.push({ do: "status", status, reason: this.#reason });
    this.#said = said;
    return this.#out.splice(0);
  }
  /** A link is up, and can be written to: while the session moves, there may be none for a moment. */
  get #serving() {
    return this.link.state.is === "up" && this.route.front !== void 0;
  }
  #decide(input) {
    const { reader, outbox } = this;
    switch (input.on) {
      case "send":
        this.#out.push(...outbox.push(input.draft));
        return;
      case "subscribe":
        reader.subscribe(input.ch, input.from);
        return;
      case "unsubscribe":
        this.#write(reader.unsubscribe(input.ch));
        return;
      case "history":
        reader.history(input.id, input.ch, input.from, input.limit);
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
        if (input.on === "close") this.#write([...reader.received(), { t: "bye" }]);
        else if (input.on === "online") this.#greeting.passes = Infinity;
        this.route.handle(input, this.#now);
    }
  }
  /**
   * Hello, the questions and the first messages leave together. A session resumed waits to hear what the server has.
   * Where it moves to another link, hello goes ahead: all else goes on where it is until the answer comes.
   */
  #greet(link, moving) {
    const hello = this.#greeting.hello(this.outbox.acked);
    if (moving) {
      this.#out.push({ do: "write", link, frames: [hello] });
      return;
    }
    this.outbox.interrupt();
    this.reader.resume();
    if (this.link.state.is === "up") this.#welcomed();
    else this.#say([hello], this.route.known ? -1 : Math.min(FIRST_FLIGHT, this.#greeting.passes / 2));
  }
  /** What comes by a link that does not serve: its sign of life, the welcome that makes it serve, or that nobody may come. */
  #aside(link, frames) {
    const says = (type) => frames.some(({ t }) => t === type);
    const retry = frames.find((frame) => frame.t === "retry");
    if (retry) this.#sendAway(retry, link);
    else if (link === this.route.ladder.mover) {
      if (says("welcome")) this.#frames(link, frames);
    } else if (says("pong")) this.route.useful(link, this.#now);
  }
  #frames(link, frames) {
    const pong = frames.some((frame) => frame.t === "pong" && frame.id === this.#pings);
    this.route.heard(pong, this.#now);
    for (const frame of frames) {
      const hear = this.#heard[frame.t];
      if (!this.route.ladder.has(link)) return;
      if (this.link.state.is === "up" || !verdicts.has(frame.t)) hear(frame, link);
      else this.#out.push({ do: "fault", error: new FrameError("bad-frame", `${frame.t} before the welcome`) });
    }
  }
  /** What the server has, and what it has pushed, is held against what is known here. */
  #compare({ got = 0, heads }) {
    this.reader.heads(heads, this.#now);
    this.#out.push(...this.outbox.ack(got, this.#now));
  }
  #welcome(link, welcome) {
    const { v, idle, got, window } = welcome;
    if (v !== PROTOCOL_VERSION) {
      this.#give({ code: Close.version, reason: `the server speaks version ${v}` }, link);
      return;
    }
    const { outbox } = this;
    const { packet, body } = this.#greeting.accept(welcome);
    if (link !== this.route.front) {
      outbox.interrupt();
      this.reader.resume();
    }
    this.route.welcomed(link, idle, this.#now);
    this.#out.push({ do: "limit", link, max: packet }, ...outbox.ack(got, this.#now), ...outbox.agree(window, body));
    this.#welcomed();
  }
  #welcomed() {
    this.#renewed = false;
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
  #isFatal({ code, max }) {
    const said = max === void 0 ? verdict(code) : "retry";
    const fatal = said === "fatal" || said === "renew" && this.#renewed;
    this.#renewed ||= said === "renew";
    return fatal;
  }
  /** After every input: what is due is settled, and what may leave leaves in one piece. */
  #flush() {
    const { outbox, reader } = this;
    const now = this.#now;
    this.#out.push(...outbox.expire(now));
    if (this.link.state.is === "closed") {
      this.#out.push(...outbox.close(`the client is closed: ${this.link.state.closing.reason}`));
      reader.close();
    }
    if (!this.#serving) return;
    const overdue = outbox.retransmit(now);
    this.#say(overdue);
    if (overdue.length) this.route.probe(now);
  }
  /**
   * What comes first, the questions that are due, and what the window lets out, all in one piece. On a link that is up
   * (only a hello sets a limit) the acknowledgements travel with them.
   */
  #say(first, limit) {
    const { reader } = this;
    const now = this.#now;
    const { frames, sent } = this.outbox.pump(now, limit);
    const due = [...first, ...reader.questions(now, this.#patience), ...frames];
    const acks = limit === void 0 && (due.length || now >= reader.ackAt) ? reader.received() : [];
    this.#write([...acks, ...due]);
    for (const tag of sent) this.#out.push({ do: "sent", tag });
  }
  #write(frames) {
    const { front } = this.route;
    if (front !== void 0 && frames.length) this.#out.push({ do: "write", link: front, frames });
  }
  /** How long a question may go without an answer, ms. A server that does not greet may not answer at all. */
  get #patience() {
    return this.#options.link.greets ? Math.max(1e3, 2 * this.rtt.rto) : Infinity;
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

function hear(network, page, on) {
  if (!network) return page ? listen$1(page, on) : () => void 0;
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
  return () => {
    for (const stop of off) stop();
  };
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

class OutgoingMessage {
  channel;
  /** Why it failed. */
  error;
  #state = "queued";
  #client;
  #seq = 0;
  /** Made when first asked for: a hundred thousand messages in the queue need no promises. */
  #promise;
  #settle;
  #events;
  constructor(client, channel) {
    this.#client = client;
    this.channel = channel;
  }
  /** `<client id>:<seq>`, the same that its receivers see; undefined while a `Blob` before it is still being read. */
  get id() {
    return this.#seq ? `${this.#client}:${this.#seq}` : void 0;
  }
  /** `queued` here, `sent` to the server at least once, `accepted` by it for good; or `failed`, and `error` says why. */
  get state() {
    return this.#state;
  }
  /** Resolves when the server has the message for good. Rejects with a {@link MessageError}. */
  get accepted() {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#state === "accepted") resolve(this);
        else if (this.error) reject(this.error);
      };
      this.#settle();
    });
    return this.#promise;
  }
  /** Listens to `state`; returns the way to stop. */
  on(type, listener, options) {
    this.#events ??= new Emitter();
    return this.#events.on(type, listener, options);
  }
  /** @internal The client's word on it. */
  number(seq) {
    this.#seq = seq;
  }
  /** @internal The client's word on it. */
  become(state, error) {
    this.#state = state;
    this.error = error;
    this.#settle?.();
    this.#events?.emit("state", error ? { state, error } : { state });
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
  network: has("on"),
  page: objectOrFalse,
  env: [void 0, "object of functions", (value) => isObject(value) && Object.values(value).every(isFunction)]
};
function check(options) {
  fill("options", rules$1, options);
}
function settle(options, env) {
  const { heartbeat, reconnect: reconnect2, outbox: outbox2 } = fill("options", rules$1, options);
  return {
    link: {
      ...reconnect2,
      backoff: reconnect2,
      heartbeat,
      greets: options.codec.greets,
      random: env.random
    },
    outbox: outbox2,
    ttl: outbox2.ttl,
    id: env.id(),
    key: env.id()
  };
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
    this.#memory = new Memory(() => storageOf(memory), `holdfast:${origin}`);
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
const storageOf = (memory) => memory === void 0 ? globalThis.localStorage : memory || void 0;

class Client {
  /** Random, public: the first half of every message id. */
  id;
  #core;
  #env;
  #links;
  #feed;
  #codec;
  #events = new Emitter();
  #channels = /* @__PURE__ */ new Map();
  #pages = /* @__PURE__ */ new Map();
  #journal = new Journal();
  #ttl;
  #options;
  #rungs;
  #mute;
  #seq = 0;
  #asked = 0;
  #lostAt;
  #recovery;
  /** Blobs are read one after the other, and so many messages wait for it: order is kept. */
  #reading = Promise.resolve();
  #unread = 0;
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
      this.#rungs.keep(this.#core.rtt.srtt);
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
    settled: ({ tag, error }) => {
      tag.become(error ? "failed" : "accepted", error);
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
      this.#clock(status);
      this.#journal.add(reason ? `${status}: ${reason}` : status);
      this.#events.emit("status", output);
    },
    retry: ({ attempt, delay, closing: { reason } }) => {
      const next = delay < Infinity ? `next try in ${Math.round(delay)} ms` : "waiting for the network";
      this.#rungs.keep(this.#core.rtt.srtt);
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
    check(options);
    const env = { ...createEnv(), ...options.env };
    const { codec = clientCodec } = options;
    const { ttl, ...core } = settle({ ...options, codec }, env);
    this.id = core.id;
    this.#options = options;
    this.#env = env;
    this.#ttl = ttl;
    this.#codec = codec;
    this.#rungs = new Rungs(options);
    this.#core = new Client$1({ ...core, ladder: this.#rungs.ladder });
    this.#feed = run(this.#core, env, (output) => {
      const act = this.#actions[output.do];
      act(output);
    });
    this.#links = new Links({
      codec,
      transports: this.#rungs.all,
      target: () => targetOf(options, codec),
      env,
      feed: this.#feed,
      report: (error) => {
        this.#actions.fault({ do: "fault", error });
      }
    });
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
  stats() {
    const { rtt, outbox, reader, link } = this.#core;
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
      recovery: this.#recovery
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
  send(ch, body, { ttl = this.#ttl, key }) {
    const message = new OutgoingMessage(this.id, ch);
    const expiresAt = this.#env.now() + (Math.max(0, ttl) || 0);
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
    const seq = ++this.#seq;
    tag.number(seq);
    try {
      const body = pack(value);
      const ch = tag.channel;
      this.#codec.check?.({ t: "send", seq, ch, body });
      this.#feed({ on: "send", draft: { seq, ch, body, bytes: sizeOf(body), key, expiresAt, tag } });
    } catch (error) {
      tag.become("failed", error);
    }
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
  #listen() {
    const { network, page = globalThis } = this.#options;
    this.#mute ??= hear(network, page, (on) => {
      this.#feed({ on });
    });
  }
  /** From the loss to service again. */
  #clock(status) {
    const now = this.#env.now();
    if (status !== "online") this.#lostAt ??= now;
    else if (this.#lostAt !== void 0) {
      if (this.#core.link.dials > 1) this.#recovery = now - this.#lostAt;
      this.#lostAt = void 0;
    }
  }
}

const isCut = (status) => [0, 408, 502, 504].includes(status);
function closingOf({ status, response }, open) {
  const reason = status ? `the server answered ${status}` : "no answer from the server";
  if (status < 0) return { code: 1006, reason: "redirected to another origin" };
  if (status === 408) return { code: 4408, reason: "no answer in time" };
  if (status === 429 || status === 503) return { code: 1013, reason, ...retryAfter(response) };
  if (open) return { code: 1006, reason: [401, 409, 410].includes(status) ? "the link is gone" : reason };
  return { code: status === 401 || status === 403 ? 4e3 + status : 1006, reason };
}
function retryAfter(response) {
  const of = (name) => response?.headers.get(name) ?? "-";
  const after = of("retry-after");
  const ms = /\D/.test(after) ? Date.parse(after) - Date.parse(of("date")) : +after * 1e3;
  return ms >= 0 ? { retryAfter: ms } : {};
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
const text = (response) => response.text();
class Requests {
  clock;
  /** Ends what brings the packets down. */
  stop;
  /** What is shown: the token, later the ticket. */
  secret;
  #options;
  #url;
  constructor({ url, token }, clock, options) {
    this.#url = url.replace(/^ws/, "http");
    this.secret = token === void 0 ? "" : `token.${base64url(token)}`;
    this.clock = clock;
    this.#options = options;
  }
  /** The address for an `EventSource`, which can say nothing in a header. */
  at(query) {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url.href;
  }
  /** One request; a POST where it has a body. It throws nothing, and takes no longer than it may. */
  async ask(query, { accept = "*/*", read = text } = {}, body = null) {
    const { fetch = globalThis.fetch, credentials = "same-origin", timeout = 8e3 } = this.#options;
    const abort = new AbortController();
    let status = 0;
    const large = Math.floor((body ?? "").length / SLOWEST) * 1e3;
    const cancel = this.clock.timer(
      () => {
        status = 408;
        abort.abort();
      },
      timeout + Number(query.hold ?? 0) + large
    );
    if (!query.post) this.stop = () => abort.abort();
    try {
      const response = await fetch(this.#url, {
        method: body === null ? "GET" : "POST",
        body,
        // Not in the address: a browser would ask for leave (CORS) anew for each.
        headers: {
          accept,
          holdfast: new URLSearchParams({ v: "1", ...query }).toString(),
          ...this.secret && { authorization: `Bearer holdfast.${this.secret}` }
        },
        credentials,
        // A page that goes away takes its requests with it; of the last ones the platform takes 64 KiB over.
        keepalive: query.close !== void 0 && (body ?? "").length < 2e4,
        signal: abort.signal
      });
      if (response.redirected && !this.#moves(response.url)) return { status: -1, text: "" };
      return { status: response.status, text: response.ok ? await read(response) : (abort.abort(), ""), response };
    } catch {
      return { status, text: "" };
    } finally {
      cancel();
    }
  }
  /** To another address; false where it is another server’s: the token is for nobody else, and the link ends. */
  #moves(address) {
    const known = new URL(address).origin === new URL(this.#url).origin;
    this.#url = address;
    return known;
  }
}

const REPEATS = [100, 1e3];
const FAREWELL = 5e3;
const CLOSED = { code: 1e3, reason: "" };
const http = (name, options, run) => ({
  name,
  open: (target, on, clock) => new HttpLink(target, on, clock, options, run)
});
class HttpLink extends Requests {
  /** Names the link to the server, from its first answer on. */
  ticket;
  /** Packets that came. */
  got = 0;
  /** Called when there is something to say. */
  wake;
  /** Nobody listens any more once either side has closed. */
  #on;
  /** Lines that the server has not confirmed. */
  #queue = [];
  /** Length of a body. */
  #limit = 2 ** 16;
  #posts = 0;
  #posting = false;
  /** The code of this side's close, for the server. */
  #code;
  /** No more is said. */
  #over = false;
  constructor(target, on, clock, options, run) {
    super(target, clock, options);
    this.#on = on;
    this.wake = () => {
      this.wake = () => void 0;
      run(this).catch((error) => this.end({ code: 1006, reason: String(error) }));
    };
    queueMicrotask(() => {
      this.#on?.opened();
      clock.timer(() => this.wake(), 0);
    });
  }
  get live() {
    return this.#on !== void 0;
  }
  /** It is live, and there is nothing to say. */
  get idle() {
    return this.live && !this.#queue.length;
  }
  get buffered() {
    return this.#queue.reduce((sum, { length }) => sum + length, 0);
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
    if (!this.ticket || code === 4408 && this.#posting) {
      this.end(CLOSED);
      return;
    }
    const { stop } = this;
    const cancel = this.clock.timer(() => this.end(CLOSED), FAREWELL);
    this.stop = () => {
      cancel();
      stop?.();
    };
    this.wake();
  }
  /** This link is over: nothing more is heard or said. */
  end(closing) {
    const on = this.#on;
    this.#on = void 0;
    this.#over = true;
    this.stop?.();
    on?.closed({ clean: false, ...closing });
  }
  wait(ms) {
    return new Promise((done) => {
      if (this.#over) done();
      else this.clock.timer(done, ms);
    });
  }
  /** What the server said, of the link or for the app. */
  take(text) {
    for (const line of text.split("\n")) {
      if (!line || !this.#on) continue;
      let packet;
      try {
        if (line.startsWith("#")) this.#control(line.slice(1));
        else packet = fromLine(line);
        if (!this.ticket) throw new TypeError();
      } catch {
        this.end({ code: 1006, reason: "the answer is not understood" });
        return;
      }
      if (packet === void 0) continue;
      this.got++;
      this.#on.received(packet);
    }
  }
  /** The first POST; it ends the link where it brings no ticket. */
  async dial(query, how = {}) {
    this.take(await this.post(query, how, 200) ?? "");
    if (!this.ticket) this.end({ code: 1006, reason: "this is no Holdfast server" });
  }
  /** From now on what is said leaves at once, in a POST of its own. */
  speak() {
    this.wake = () => void this.#pump();
    this.wake();
  }
  async #pump() {
    if (this.#posting) return;
    this.#posting = true;
    while (!this.#over && (this.#queue.length || this.#code !== void 0)) await this.post();
    this.#posting = false;
  }
  /** Says what waits and fits in one body; gives the text of the answer, or nothing where it ended the link. */
  async post(query = {}, how = {}, wanted = 204) {
    const open = this.ticket !== void 0;
    const numbered = open ? { ...query, post: ++this.#posts } : query;
    const code = this.#code;
    let lines = this.#batch();
    for (let tries = 0; !this.#over; ) {
      const last = code !== void 0 && lines.length === this.#queue.length;
      const answer = await this.ask(last ? { ...numbered, close: code } : numbered, how, lines.join("\n"));
      const { status, response } = answer;
      const moved = response?.redirected;
      if (status === wanted && !(open && moved)) {
        this.#queue.splice(0, lines.length);
        if (last) this.end(CLOSED);
        return answer.text;
      }
      const again = open ? isCut(status) || moved : moved && [401, 405, 426].includes(status) && !tries;
      const pause = again ? REPEATS[tries++] : void 0;
      if (status === 413 && lines.length && !(open && tries)) lines = this.#smaller(lines);
      else if (pause === void 0) this.end(closingOf(answer, open));
      else if (open) await this.wait(pause);
    }
    return void 0;
  }
  #control(json) {
    const { ticket, code, reason = "" } = JSON.parse(json);
    if (ticket) this.secret = `link.${this.ticket = ticket}`;
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
    const packet = fromLine(lines[0] ?? "");
    const size = typeof packet === "string" ? new TextEncoder().encode(packet).length : packet.length;
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
    return lock !== null;
  };
  const { origin } = new URL(link.at({}));
  for (let seat = 0; seat < SEATS; seat++)
    if (await locks.request(`holdfast ${origin} ${seat}`, { ifAvailable: true }, sit)) return;
  link.end({ code: 1006, reason: "other tabs keep the connections" });
};

const QUICK = 500;
const PAUSE = 250;
const AGAIN = 100;
const MIN_HOLD = 1e3;
const longPoll = ({ hold: longest = 25e3, ...options } = {}) => http(
  "long-poll",
  options,
  seated(async (link) => {
    let hold = Math.ceil(longest);
    let quick = 0;
    await link.dial({ hold: PAUSE });
    link.speak();
    while (link.live) {
      const start = link.clock.now();
      const answer = await link.ask({ since: link.got, hold });
      const isQuick = link.clock.now() - start <= QUICK;
      if (answer.status === 200) {
        link.take(answer.text);
        quick = 0;
      } else if (!isCut(answer.status) || isQuick && quick++) link.end(closingOf(answer, true));
      else if (!isQuick) {
        hold = Math.min(hold, Math.max(Math.ceil(hold / 2), MIN_HOLD));
        quick = 0;
      }
      if (isQuick && !answer.text) await link.wait(AGAIN);
    }
  })
);
const shortPoll = ({ interval = 2e3, ...options } = {}) => http("short-poll", options, async (link) => {
  let pause = PAUSE;
  let cuts = 0;
  await link.dial({ hold: PAUSE });
  while (link.live) {
    const since = link.got;
    if (link.idle) {
      const answer = await link.ask({ since, hold: 0 });
      link.take(answer.text);
      const again = isCut(answer.status) ? REPEATS[cuts++] : void 0;
      if (answer.status === 200) {
        pause = link.got > since ? PAUSE : pause * 2;
        cuts = 0;
      } else if (again) pause = again;
      else link.end(closingOf(answer, true));
    } else {
      link.take(await link.post({ since, hold: PAUSE }, {}, 200) ?? "");
      pause = PAUSE;
    }
    if (link.idle) await nap(link, pause = Math.min(pause, interval));
  }
  link.speak();
});
function nap(link, ms) {
  return new Promise((done) => {
    const cancel = link.clock.timer(done, ms);
    link.wake = () => {
      cancel();
      done();
    };
  });
}

const MAX_LINE = 2 ** 24;
const sse = (options = {}) => http(
  "sse",
  options,
  seated((link) => "body" in Response.prototype ? stream(link) : listen(link, options))
);
async function stream(link) {
  const decoder = new TextDecoder();
  let reader;
  let rest = "";
  const next = async () => {
    const { done, value } = await reader?.read() ?? { done: true };
    const lines = decoder.decode(value, { stream: true }).split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data:")) link.take(line.slice(5).replace(/^ |\r$/g, ""));
    return !done && rest.length <= MAX_LINE;
  };
  await link.dial(
    {},
    {
      accept: "text/event-stream",
      // A proxy that keeps the stream to itself is found out by the ticket that does not come.
      async read({ body }) {
        reader = body?.getReader();
        while (!link.ticket && await next()) ;
        return "";
      }
    }
  );
  link.speak();
  while (await next()) ;
  link.end({ code: 1006, reason: "the stream ended" });
}
async function listen(link, { EventSource = globalThis.EventSource, credentials, timeout = 8e3 }) {
  await link.dial({ hold: 0 });
  link.speak();
  if (!link.live) return;
  const source = new EventSource(link.at({ link: link.ticket ?? "", since: link.got }), {
    withCredentials: credentials === "include"
  });
  const hear = ({ data }) => link.take(data);
  const end = () => link.end({ code: 1006, reason: "the stream ended" });
  const over = new Promise((done) => {
    link.stop = () => {
      source.close();
      done();
    };
  });
  source.onopen = link.clock.timer(() => link.end(closingOf({ status: 408}, true)), timeout);
  source.onmessage = hear;
  source.onerror = end;
  source.addEventListener("control", hear);
  await over;
}

const ABNORMAL = 1006;
function webSocket({
  WebSocket = globalThis.WebSocket,
  fetch = globalThis.fetch
} = {}) {
  return {
    name: "websocket",
    open(target, events) {
      const { url, token, protocols } = target;
      const secret = token === void 0 ? void 0 : `holdfast.token.${base64url(token)}`;
      const socket = new WebSocket(
        url.replace(/^http/, "ws"),
        secret === void 0 ? [...protocols] : [...protocols, secret]
      );
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
        if (opened || secret === void 0) on?.closed({ code, reason, clean });
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
    const reason = `the server answered ${status}`;
    if (status === 401 || status === 403) return { code: 4e3 + status, reason };
    const retryAfter = Number(headers.get("retry-after") ?? NaN) * 1e3;
    return { code: ABNORMAL, reason, ...retryAfter >= 0 && { retryAfter } };
  } catch {
    return { code: ABNORMAL, reason: "no answer from the server" };
  }
}

function usual(custom) {
  const sockets = "WebSocket" in globalThis ? [webSocket()] : [];
  return custom ? sockets : [...sockets, sse(), longPoll(), shortPoll()];
}
function createClient(options) {
  if (typeof options !== "object" || !options) return new Client(options);
  const { transports = usual(options.codec !== void 0) } = options;
  return new Client({ ...options, transports });
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

export { Channel, Client, Close, ConnectionError, FrameError, HoldfastError, MessageError, NetworkDetector, OptionError, OutgoingMessage, createClient, createEnv, customCodec, longPoll, shortPoll, sse, webSocket };
//# sourceMappingURL=index.js.map
