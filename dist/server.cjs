'use strict';

var run = require('./shared/run.cjs');
var codec = require('./shared/codec.cjs');
var node_http = require('node:http');
var node_crypto = require('node:crypto');
var env = require('./shared/env.cjs');
var ws = require('ws');

function assertNever(value) {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}

class Drain {
  #after;
  #spread;
  #since;
  #total;
  #sent = 0;
  #ended = false;
  constructor(after, spread, total, now) {
    this.#after = after;
    this.#spread = spread;
    this.#since = now;
    this.#total = total;
  }
  /** When the next one goes. */
  get deadline() {
    return this.#sent < this.#total ? this.#since + this.#sent * this.#spread / this.#total : Infinity;
  }
  /** Sends away those whose time has come. */
  proceed(peers, now) {
    const waiting = peers[Symbol.iterator]();
    while (now >= this.deadline) {
      this.#sent++;
      const { value: peer } = waiting.next();
      if (peer) this.dismiss(peer);
    }
  }
  /** Nothing is left to wait for: true the first time. */
  end() {
    const first = !this.#ended;
    this.#ended = true;
    return first;
  }
  dismiss(peer) {
    peer.dismiss(run.Close.restart, this.#after, this.#spread, "the server goes down");
  }
}

class Effects {
  /** The time of the input now handled. */
  now = 0;
  #frames = /* @__PURE__ */ new Map();
  #others = [];
  #ops = 0;
  #calls = /* @__PURE__ */ new Map();
  /** What does not answer at present: each outage is logged once. */
  #outages = /* @__PURE__ */ new Set();
  /** Calls under way. */
  get pending() {
    return this.#calls.size;
  }
  /** Frames for one link leave together. */
  write(link, frame) {
    const frames = this.#frames.get(link);
    if (frames) frames.push(frame);
    else this.#frames.set(link, [frame]);
  }
  close(link, code, reason) {
    this.#others.push({ do: "close", link, code, reason });
  }
  log(level, event, fields) {
    this.#others.push({ do: "log", level, event, fields });
  }
  drained() {
    this.#others.push({ do: "drained" });
  }
  call(call, ask, then) {
    const op = ++this.#ops;
    this.#calls.set(op, { name: call, at: this.now, then });
    this.#others.push({ do: "call", op, request: { call, ask } });
  }
  done(op, result) {
    const call = this.#end(op);
    if (!call) return;
    const outage = outageOf(call);
    if (this.#outages.delete(outage)) this.log("info", "recovered", { what: outage });
    call.then({ is: "known", result });
  }
  failed(op, error) {
    const call = this.#end(op);
    if (!call) return;
    const outage = outageOf(call);
    if (!this.#outages.has(outage)) {
      this.#outages.add(outage);
      const err = error instanceof Error ? error : new Error(String(error));
      this.log("error", "failing", { what: outage, call: call.name, err });
    }
    call.then({ is: "failed" });
  }
  /** Fails what was asked at or before `since`; a later answer is ignored. */
  expire(since) {
    for (const [op, { at }] of this.#calls) {
      if (at > since) break;
      this.failed(op, new Error("no answer within the call timeout"));
    }
  }
  /** Everything gathered: frames first, for a close ends what can be written. */
  take() {
    const outputs = [];
    for (const [link, frames] of this.#frames) outputs.push({ do: "write", link, frames });
    outputs.push(...this.#others);
    this.#frames = /* @__PURE__ */ new Map();
    this.#others = [];
    return outputs;
  }
  #end(op) {
    const call = this.#calls.get(op);
    this.#calls.delete(op);
    return call;
  }
}
const outageOf = ({ name }) => name === "authorize" ? name : "store";

class Feed {
  state = { is: "live" };
  epoch = "";
  /** The offset to push next. */
  next = 1;
  /** What the client calls this subscription; what it said of earlier ones, with lower numbers, may come after it. */
  id = 0;
  peer;
  ch;
  #client;
  #effects;
  #options;
  /** Sizes of what is pushed and not received. */
  #unreceived = [];
  #bytes = 0;
  #saving = "no";
  constructor(peer, client, ch, effects, options) {
    this.peer = peer;
    this.#client = client;
    this.ch = ch;
    this.#effects = effects;
    this.#options = options;
  }
  /** The client has everything before this offset. */
  get received() {
    return this.next - this.#unreceived.length - 1;
  }
  /** Whether one more may be pushed; one always may. */
  get room() {
    return this.#unreceived.length < this.#options.pushWindow && this.#bytes < this.#options.pushBytes;
  }
  /** Takes a position and tells of it. */
  place({ epoch, next, lost }) {
    this.epoch = epoch;
    this.next = next;
    this.#unreceived = [];
    this.#bytes = 0;
    const { ch, id } = this;
    this.peer.tell({ t: "subscribed", ch, epoch, next, ...lost && { lost }, ...id && { id } });
  }
  push({ frame, bytes }) {
    this.peer.tell(frame);
    this.next = frame.offset + 1;
    this.#unreceived.push(bytes);
    this.#bytes += bytes;
  }
  /** The client has everything up to `offset`. Says whether there is room for a good batch again. */
  receive(offset) {
    const count = Math.min(offset, this.next - 1) - this.received;
    if (count <= 0) return false;
    for (const bytes of this.#unreceived.splice(0, count)) this.#bytes -= bytes;
    this.#save();
    const { pushWindow, pushBytes } = this.#options;
    return this.#unreceived.length <= pushWindow / 2 && this.#bytes <= pushBytes / 2;
  }
  /** Asks where this client was last. */
  cursor(then) {
    this.#effects.call("cursor", { client: this.#client, ch: this.ch }, then);
  }
  /** One save at a time, the latest position only. */
  #save() {
    if (this.#saving !== "no") {
      this.#saving = "again";
      return;
    }
    this.#saving = "yes";
    const cursor = { epoch: this.epoch, offset: this.received };
    this.#effects.call("keep", { client: this.#client, ch: this.ch, cursor }, (answer) => {
      const again = this.#saving === "again" && answer.is === "known";
      this.#saving = "no";
      if (again) this.#save();
    });
  }
}

function locate({ from, epoch }, log) {
  if (from === "now") return { epoch: log.epoch, next: log.next };
  if (typeof from === "string") return { epoch: log.epoch, next: log.oldest };
  const first = Math.max(1, from);
  if (epoch !== void 0 && epoch !== log.epoch)
    return { epoch: log.epoch, next: log.oldest, lost: [first, Math.max(first, log.oldest)] };
  if (first < log.oldest) return { epoch: log.epoch, next: log.oldest, lost: [first, log.oldest] };
  if (first > log.next) return { epoch: log.epoch, next: log.next, lost: [log.next, first] };
  return { epoch: log.epoch, next: first };
}

class Topic {
  feeds = /* @__PURE__ */ new Set();
  /** Reads under way, by the first offset asked for, and who waits for each. */
  reads = /* @__PURE__ */ new Map();
  /** Batches to wait for before those behind read: they may bring the very entries. */
  patience = 0;
  #epoch = "";
  /** The highest `next` heard of. */
  #next = 0;
  note(epoch, next) {
    this.#next = epoch === this.#epoch ? Math.max(this.#next, next) : next;
    this.#epoch = epoch;
  }
  isBehind({ epoch, next }) {
    return epoch !== this.#epoch || next < this.#next;
  }
  /** One batch is over. Says whether the waiting is, too. */
  waited() {
    if (this.patience) this.patience--;
    return !this.patience;
  }
}

const PAGE$1 = 256;
const RETRY = 1e3;
class Feeds {
  /** When to `retry`. */
  deadline = Infinity;
  #effects;
  #options;
  #topics = /* @__PURE__ */ new Map();
  #peers = /* @__PURE__ */ new Map();
  #stalled = /* @__PURE__ */ new Set();
  /** Batches under way into each channel, followed or not. */
  #writing = /* @__PURE__ */ new Map();
  #parcels = /* @__PURE__ */ new WeakMap();
  constructor(effects, options) {
    this.#effects = effects;
    this.#options = options;
  }
  /** Channels followed or written to. */
  get size() {
    return this.#topics.size + this.#writing.size + this.#peers.size;
  }
  subscribe(peer, client, { ch, id = 0, ...wanted }) {
    const feeds = this.#peers.get(peer) ?? /* @__PURE__ */ new Map();
    const feed = feeds.get(ch);
    if (feed) {
      if (id < feed.id) return;
      feed.id = id;
      this.#move(feed, wanted);
    } else if (feeds.size >= this.#options.maxSubscriptions) {
      peer.tell({ t: "denied", ch, code: "too-many", reason: `${feeds.size} subscriptions are the most` });
    } else {
      const fresh = new Feed(peer, client, ch, this.#effects, this.#options);
      fresh.id = id;
      this.#peers.set(peer, feeds.set(ch, fresh));
      this.#topicOf(ch).feeds.add(fresh);
      this.#admit(fresh, wanted);
    }
  }
  unsubscribe(peer, { ch, id = 0 }) {
    const feed = this.#peers.get(peer)?.get(ch);
    if (!feed || id < feed.id) return;
    this.#peers.get(peer)?.delete(ch);
    this.#drop(feed);
  }
  /** The link is gone. */
  leave(peer) {
    for (const feed of this.#peers.get(peer)?.values() ?? []) this.#drop(feed);
    this.#peers.delete(peer);
  }
  receive(peer, { ch, offset, id = 0 }) {
    const feed = this.#peers.get(peer)?.get(ch);
    if (feed?.id === id && feed.receive(offset) && feed.state.is === "full") this.#advance(feed);
  }
  /** The last offset pushed, of each channel in which the client has not said that it has it. */
  heads(peer) {
    const feeds = [...this.#peers.get(peer)?.values() ?? []];
    const behind = feeds.filter(({ ch, next, received }) => received < next - 1 && ch !== "__proto__");
    return behind.length ? Object.fromEntries(behind.map(({ ch, next }) => [ch, next - 1])) : void 0;
  }
  changed({ ch, epoch, next }) {
    const topic = this.#topics.get(ch);
    if (!topic) return;
    topic.note(epoch, next);
    topic.patience ||= this.#writing.get(ch) ?? 0;
    if (!topic.patience) this.#catchUp(topic);
  }
  expect(channels) {
    for (const ch of channels) this.#writing.set(ch, (this.#writing.get(ch) ?? 0) + 1);
  }
  settle(channels) {
    for (const ch of channels) {
      const writing = (this.#writing.get(ch) ?? 1) - 1;
      if (writing) this.#writing.set(ch, writing);
      else this.#writing.delete(ch);
      const topic = this.#topics.get(ch);
      if (topic?.waited()) this.#catchUp(topic);
    }
  }
  stored(ch, epoch, entry) {
    const topic = this.#topics.get(ch);
    if (!topic) return;
    topic.note(epoch, entry.offset + 1);
    for (const feed of topic.feeds) {
      if (feed.state.is !== "live" || feed.epoch !== epoch || feed.next !== entry.offset) continue;
      feed.push(this.#parcel(ch, entry));
      if (!feed.room) feed.state = { is: "full" };
    }
  }
  /** Tries again what the store failed to answer. */
  retry() {
    const stalled = [...this.#stalled];
    this.#stalled.clear();
    this.deadline = Infinity;
    for (const feed of stalled) {
      if (feed.state.is !== "stalled") continue;
      if (feed.state.wanted) this.#admit(feed, feed.state.wanted);
      else this.#advance(feed);
    }
  }
  #topicOf(ch) {
    let topic = this.#topics.get(ch);
    if (!topic) this.#topics.set(ch, topic = new Topic());
    return topic;
  }
  #drop(feed) {
    feed.state = { is: "gone" };
    this.#stalled.delete(feed);
    const topic = this.#topicOf(feed.ch);
    topic.feeds.delete(feed);
    if (!topic.feeds.size) this.#topics.delete(feed.ch);
  }
  /** Said again: another position. One question at a time, however often it is said. */
  #move(feed, wanted) {
    if (feed.state.is === "asking") feed.state.wanted = wanted;
    else if (feed.state.is === "locating") feed.state.then = wanted;
    else this.#admit(feed, wanted);
  }
  #admit(feed, wanted) {
    const { peer, ch } = feed;
    const state = { is: "asking", wanted };
    feed.state = state;
    const permit = peer.permits.check("subscribe", ch, (verdict) => {
      if (feed.state !== state) return;
      if (verdict === "failed") this.#stall(feed, state.wanted);
      else this.#decide(feed, verdict, state.wanted);
    });
    if (permit !== "asking") this.#decide(feed, permit, wanted);
  }
  #decide(feed, verdict, wanted) {
    if (verdict === "yes") {
      this.#locate(feed, wanted);
      return;
    }
    feed.peer.tell({ t: "denied", ch: feed.ch, code: "forbidden", reason: "following this channel is not allowed" });
    this.unsubscribe(feed.peer, feed);
  }
  #locate(feed, wanted) {
    const state = { is: "locating" };
    feed.state = state;
    if (wanted.from !== "last") {
      this.#place(feed, state, wanted);
      return;
    }
    feed.cursor((answer) => {
      if (feed.state !== state) return;
      if (answer.is === "failed") this.#stall(feed, wanted);
      else if (answer.result) this.#place(feed, state, { from: answer.result.offset + 1, epoch: answer.result.epoch });
      else this.#place(feed, state, { from: "oldest" });
    });
  }
  #place(feed, state, wanted) {
    const from = typeof wanted.from === "number" ? wanted.from : 0;
    this.#read(feed.ch, from, wanted.from === "now" ? 0 : PAGE$1, (answer) => {
      if (feed.state !== state) return;
      if (state.then) this.#locate(feed, state.then);
      else if (answer.is === "failed") this.#stall(feed, wanted);
      else {
        this.#topicOf(feed.ch).note(answer.result.epoch, answer.result.next);
        feed.place(locate(wanted, answer.result));
        this.#fill(feed, answer.result);
        this.#advance(feed);
      }
    });
  }
  /** Sets a subscription at rest going, when it may go and there is where to go. */
  #advance(feed) {
    const topic = this.#topicOf(feed.ch);
    if (!feed.room) feed.state = { is: "full" };
    else if (topic.isBehind(feed)) this.#pull(feed, topic);
    else feed.state = { is: "live" };
  }
  #catchUp(topic) {
    for (const feed of topic.feeds) if (feed.state.is === "live") this.#advance(feed);
  }
  /** A read of the same position is shared by all who wait for it. */
  #pull(feed, topic) {
    const state = { is: "reading" };
    const from = feed.next;
    feed.state = state;
    const receive = (answer) => {
      if (feed.state === state) this.#deliver(feed, topic, answer);
    };
    const waiting = topic.reads.get(from);
    if (waiting) {
      waiting.push(receive);
      return;
    }
    const all = [receive];
    topic.reads.set(from, all);
    this.#read(feed.ch, from, PAGE$1, (answer) => {
      topic.reads.delete(from);
      for (const one of all) one(answer);
    });
  }
  #deliver(feed, topic, answer) {
    if (answer.is === "failed") {
      this.#stall(feed);
      return;
    }
    const { result } = answer;
    const { epoch, next } = feed;
    topic.note(result.epoch, result.next);
    const position = locate({ from: next, epoch }, result);
    if (position.lost) feed.place(position);
    this.#fill(feed, result);
    if (feed.next === next && feed.epoch === epoch && topic.isBehind(feed)) this.#stall(feed);
    else this.#advance(feed);
  }
  #fill(feed, { entries }) {
    for (const entry of entries) {
      if (!feed.room) return;
      if (entry.offset === feed.next) feed.push(this.#parcel(feed.ch, entry));
    }
  }
  #read(ch, from, limit, then) {
    this.#effects.call("read", { ch, from, limit, bytes: this.#options.pushBytes }, then);
  }
  #stall(feed, wanted) {
    feed.state = wanted ? { is: "stalled", wanted } : { is: "stalled" };
    this.#stalled.add(feed);
    this.deadline = Math.min(this.deadline, this.#effects.now + RETRY);
  }
  #parcel(ch, entry) {
    let parcel = this.#parcels.get(entry);
    if (!parcel) {
      const { offset, id, from, time, body } = entry;
      parcel = { frame: { t: "message", ch, offset, id, from, time, body }, bytes: codec.sizeOf(body) };
      this.#parcels.set(entry, parcel);
    }
    return parcel;
  }
}

const PAGE = 1e3;
const AT_ONCE = 16;
class Library {
  #effects;
  #options;
  #under = /* @__PURE__ */ new WeakMap();
  constructor(effects, options) {
    this.#effects = effects;
    this.#options = options;
  }
  ask(peer, frame) {
    const under = this.#under.get(peer) ?? 0;
    if (under >= AT_ONCE) {
      deny(peer, frame, "too-many", `${AT_ONCE} history requests at once are the most`);
      return;
    }
    this.#under.set(peer, under + 1);
    const permit = peer.permits.check("history", frame.ch, (verdict) => this.#decide(peer, frame, verdict));
    if (permit !== "asking") this.#decide(peer, frame, permit);
  }
  #decide(peer, frame, verdict) {
    if (verdict === "yes") {
      this.#read(peer, frame);
      return;
    }
    this.#end(peer);
    if (verdict === "no") deny(peer, frame, "forbidden", "reading this channel is not allowed");
    else deny(peer, frame, "unavailable", "the server cannot tell now; ask again later");
  }
  #read(peer, frame) {
    const { id, ch, from } = frame;
    const limit = Math.min(PAGE, Math.max(1, frame.limit));
    this.#effects.call("read", { ch, from, limit, bytes: this.#options.pushBytes }, (answer) => {
      this.#end(peer);
      if (answer.is === "failed") {
        deny(peer, frame, "unavailable", "the log cannot be read now; ask again later");
        return;
      }
      const { epoch, oldest, next, entries } = answer.result;
      peer.tell({ t: "page", id, ch, epoch, oldest, next, entries: [...entries] });
    });
  }
  #end(peer) {
    this.#under.set(peer, (this.#under.get(peer) ?? 1) - 1);
  }
}
function deny(peer, { id, ch }, code, reason) {
  peer.tell({ t: "denied", ch, id, code, reason });
}

const roundTime = ({ idle, helloTimeout }) => Math.max(1, Math.min(idle / 4, helloTimeout));
function inspect({ stage, heardAt }, { idle, helloTimeout }, now) {
  if (stage.is === "new") return now - stage.since >= helloTimeout ? "mute" : "well";
  const silence = now - heardAt;
  if (silence >= idle) return "dead";
  return silence >= idle / 2 ? "quiet" : "well";
}

const REMEMBERED = 4e3;
class Permits {
  #effects;
  #user;
  #guarded;
  #known = /* @__PURE__ */ new Map();
  constructor(effects, user, guarded) {
    this.#effects = effects;
    this.#user = user;
    this.#guarded = guarded;
  }
  /** The permit as far as it is known; while `asking`, `then` is called when the verdict comes. */
  check(action, ch, then) {
    if (!this.#guarded) return "yes";
    const name = `${action} ${ch}`;
    const known = this.#known.get(name);
    if (known === "yes" || known === "no") return known;
    if (known) known.push(then);
    else this.#ask(action, ch, name, then);
    return "asking";
  }
  #ask(action, ch, name, then) {
    const waiting = [then];
    this.#known.set(name, waiting);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    this.#effects.call("authorize", { user: this.#user, action, ch }, (answer) => {
      const verdict = answer.is === "failed" ? "failed" : answer.result ? "yes" : "no";
      if (verdict === "failed") this.#known.delete(name);
      else this.#known.set(name, verdict);
      for (const tell of waiting) tell(verdict);
    });
  }
}

class Peer {
  stage;
  /** Last sign of life. */
  heardAt;
  link;
  /** '' when anonymous. */
  user;
  permits;
  #effects;
  #onGone;
  constructor(link, user, effects, guarded, onGone) {
    this.link = link;
    this.user = user;
    this.heardAt = effects.now;
    this.stage = { is: "new", since: effects.now };
    this.permits = new Permits(effects, user, guarded);
    this.#effects = effects;
    this.#onGone = onGone;
  }
  get gone() {
    return this.stage.is === "gone";
  }
  tell(frame) {
    if (!this.gone) this.#effects.write(this.link, frame);
  }
  /** Names what is wrong, then closes. */
  fault(closeCode, code, reason) {
    if (this.gone) return;
    this.#effects.log("info", "fault", { link: this.link, code, closeCode });
    this.tell({ t: "error", code, reason });
    this.close(closeCode, code);
  }
  /** Sends it away, and says when to come back. */
  dismiss(closeCode, after, spread, reason) {
    this.tell({ t: "retry", after, spread });
    this.close(closeCode, reason);
  }
  close(code, reason) {
    if (this.gone) return;
    this.#effects.close(this.link, code, reason);
    this.leave();
  }
  /** The link is no more, by whomever it was ended. */
  leave() {
    if (this.gone) return;
    this.stage = { is: "gone" };
    this.#onGone(this);
  }
}

class Session {
  client;
  /** The highest message taken in order, as far as this node knows. */
  seq = 0;
  #state = "ready";
  #queue = [];
  #bytes = 0;
  #peer;
  #leaving = false;
  /** Something came that was already taken: say so again. */
  #repeated = false;
  #effects;
  #options;
  #journal;
  #onIdle;
  constructor(client, effects, options, journal, onIdle) {
    this.client = client;
    this.#effects = effects;
    this.#options = options;
    this.#journal = journal;
    this.#onIdle = onIdle;
  }
  get peer() {
    return this.#peer;
  }
  /** A link takes the session over. What waited came by the old link, and comes again by the new one. */
  attach(peer, seq) {
    this.#peer = peer;
    this.seq = seq;
    this.#leaving = false;
    this.#clear();
    if (this.#state === "asking") this.#state = "ready";
  }
  /** The link is gone. */
  detach(peer) {
    if (this.#peer !== peer || this.#leaving) return;
    this.#peer = void 0;
    this.#clear();
    if (this.#state === "asking") this.#state = "ready";
    this.#rest();
  }
  /** The client left for good: what it has sent is stored, then it is forgotten. */
  leave() {
    this.#leaving = true;
    this.#rest();
  }
  /** Queues one message, or drops it when the queue is full: what the client pipelined behind it falls as gaps. */
  offer(peer, { seq, after = seq - 1, ch, body }) {
    if (seq <= this.seq) {
      this.#repeated = true;
      return;
    }
    const packed = packedOf(body);
    if (packed === void 0) {
      peer.tell({ t: "refused", seq, code: "not-encodable", reason: "the body is nested too deeply" });
      return;
    }
    const bytes = codec.sizeOf(packed);
    const { window, queueBytes, wall } = this.#options;
    const full = this.#queue.length >= window * 2 || this.#bytes + bytes > queueBytes;
    if (full && this.#queue.length) return;
    const id = `${this.client}:${seq}`;
    this.#queue.push({ ch, seq, after, id, from: peer.user, time: wall(), body: packed, bytes });
    this.#bytes += bytes;
  }
  /** After the frames of one packet: sets off what can go. */
  flush() {
    if (this.#repeated) this.#peer?.tell({ t: "accepted", seq: this.seq });
    this.#repeated = false;
    this.#pump();
  }
  #pump() {
    const peer = this.#peer;
    if (this.#state !== "ready") return;
    if (!peer) {
      this.#rest();
      return;
    }
    const batch = [];
    for (let item; item = this.#queue[0]; ) {
      const permit = peer.permits.check("publish", item.ch, (verdict) => this.#permitted(peer, verdict));
      if (permit === "asking") this.#state = "asking";
      if (permit === "asking" || permit === "no" && batch.length) break;
      this.#queue.shift();
      this.#bytes -= item.bytes;
      if (permit === "yes") batch.push(item);
      else peer.tell({ t: "refused", seq: item.seq, code: "forbidden", reason: "publishing here is not allowed" });
    }
    if (batch.length) this.#store(batch);
    else this.#rest();
  }
  /** The hook has answered for the head of the queue. Where it failed the client will say it all again. */
  #permitted(peer, verdict) {
    if (this.#peer !== peer || this.#state !== "asking") return;
    this.#state = "ready";
    if (verdict === "failed") this.#clear();
    this.#pump();
  }
  #store(batch) {
    const channels = [...new Set(batch.map(({ ch }) => ch))];
    const records = batch.map(({ bytes: _, ...draft }) => draft);
    this.#state = "storing";
    this.#journal.expect(channels);
    this.#effects.call("append", { client: this.client, records }, (answer) => {
      this.#state = "ready";
      this.#stored(records, answer);
      this.#journal.settle(channels);
      this.#pump();
    });
  }
  /** A failure is not answered: the client says it again. */
  #stored(records, answer) {
    if (answer.is === "failed") return;
    if (answer.result.is === "unknown") {
      this.#peer?.close(run.Close.restart, "the session was forgotten");
      return;
    }
    const { seq, fates } = answer.result;
    this.seq = seq;
    this.#peer?.tell({ t: "accepted", seq });
    records.forEach(({ ch, id, from, time, body }, at) => {
      const fate = fates[at];
      if (fate?.is === "stored") this.#journal.stored(ch, fate.epoch, { offset: fate.offset, id, from, time, body });
    });
  }
  #clear() {
    this.#queue = [];
    this.#bytes = 0;
    this.#repeated = false;
  }
  /** Nothing is left to do: a session that nobody holds ends here. */
  #rest() {
    if (this.#state !== "ready" || this.#queue.length) return;
    if (this.#leaving) {
      this.#effects.call("forget", { client: this.client }, () => void 0);
      this.#leaving = false;
      this.#peer = void 0;
    }
    if (!this.#peer) this.#onIdle(this);
  }
}
function packedOf(body) {
  try {
    return body instanceof Uint8Array ? body : codec.pack(body);
  } catch {
    return void 0;
  }
}

const AWAY$1 = { after: 1e3, spread: 4e3 };
class Sessions {
  #effects;
  #options;
  #journal;
  #sessions = /* @__PURE__ */ new Map();
  #holders = /* @__PURE__ */ new Map();
  constructor(effects, options, journal) {
    this.#effects = effects;
    this.#options = options;
    this.#journal = journal;
  }
  get size() {
    return this.#sessions.size + this.#holders.size;
  }
  /** The session that this link holds. */
  of(peer) {
    return this.#holders.get(peer);
  }
  /** Claims the client id; `then` follows the welcome. */
  greet(peer, hello, then) {
    const { client, key, acked, ticket } = hello;
    if (hello.v !== codec.PROTOCOL_VERSION) {
      peer.fault(run.Close.version, "version", `this server speaks version ${codec.PROTOCOL_VERSION}`);
      return;
    }
    if (ticket !== void 0) this.#inspect(peer, client, ticket);
    this.#effects.call("open", { client, key, user: peer.user, acked }, (answer) => {
      if (!peer.gone && this.#admit(peer, hello, answer)) then();
    });
  }
  leave(peer) {
    this.#holders.get(peer)?.detach(peer);
    this.#holders.delete(peer);
  }
  /** The key is what binds; a ticket that proves nothing is only worth a line in the log. */
  #inspect(peer, client, ticket) {
    const grant = this.#options.verify(ticket);
    if (grant?.client !== client || grant.user !== peer.user)
      this.#effects.log("debug", "ticket-ignored", { link: peer.link });
  }
  #admit(peer, hello, answer) {
    if (answer.is === "failed") {
      peer.dismiss(run.Close.tryLater, AWAY$1.after, AWAY$1.spread, "the store does not answer");
      return false;
    }
    if (answer.result.is === "taken") {
      peer.fault(run.Close.forbidden, "taken", "this client id belongs to another key");
      return false;
    }
    const { seq, known } = answer.result;
    const session = this.#sessionOf(hello.client);
    const { peer: holder } = session;
    if (holder && holder.link > peer.link) {
      peer.close(run.Close.replaced, "a later link has this session");
      return false;
    }
    peer.stage = { is: "open", hello };
    session.attach(peer, seq);
    this.#holders.set(peer, session);
    if (holder !== peer) holder?.close(run.Close.replaced, "a later link has this session");
    this.#effects.log("debug", "welcome", { link: peer.link, client: hello.client, resumed: known, seq });
    this.#welcome(peer, hello.client, seq, known);
    return true;
  }
  #welcome(peer, client, got, resumed) {
    const { idle, maxPacket: max, window, sign } = this.#options;
    const { user } = peer;
    const ticket = sign({ client, user });
    peer.tell({ t: "welcome", v: codec.PROTOCOL_VERSION, ticket, resumed, got, idle, max, window, ...user && { user } });
  }
  #sessionOf(client) {
    let session = this.#sessions.get(client);
    if (!session) {
      const forget = (idle) => {
        if (this.#sessions.get(client) === idle) this.#sessions.delete(client);
      };
      session = new Session(client, this.#effects, this.#options, this.#journal, forget);
      this.#sessions.set(client, session);
    }
    return session;
  }
}

const MAX_FRAMES = 4096;
const AWAY = 2e3;
const SLOT = 10;
class Server {
  #options;
  #effects = new Effects();
  #feeds;
  #library;
  #sessions;
  #peers = /* @__PURE__ */ new Map();
  #drain;
  /** Patrol goes round then; Infinity while there is nothing to watch. */
  #roundAt = Infinity;
  /** When the next client that finds the server full may come. */
  #slot = 0;
  #pings = 0;
  constructor(options) {
    this.#options = options;
    this.#feeds = new Feeds(this.#effects, options);
    this.#library = new Library(this.#effects, options);
    this.#sessions = new Sessions(this.#effects, options, this.#feeds);
  }
  /** Links open now. */
  get links() {
    return this.#peers.size;
  }
  /** How much is remembered at this moment: with no link and no call under way, nothing. */
  get load() {
    const { size: channels } = this.#feeds;
    return { links: this.links, sessions: this.#sessions.size, channels, calls: this.#effects.pending };
  }
  get deadline() {
    return Math.min(this.#roundAt, this.#feeds.deadline, this.#drain?.deadline ?? Infinity);
  }
  handle(input, now) {
    this.#effects.now = now;
    this.#dispatch(input, now);
    const busy = this.#peers.size > 0 || this.#effects.pending > 0;
    if (!busy) this.#roundAt = Infinity;
    else if (this.#roundAt === Infinity) this.#roundAt = now + roundTime(this.#options);
    if (!busy && this.#drain?.end()) this.#effects.drained();
    return this.#effects.take();
  }
  #dispatch(input, now) {
    switch (input.on) {
      case "tick":
        this.#tick(now);
        break;
      case "opened":
        this.#opened(input.link, input.user ?? "", now);
        break;
      case "frames":
        this.#frames(this.#peers.get(input.link), input.frames, now);
        break;
      case "broken":
        this.#broken(this.#peers.get(input.link), input.error);
        break;
      case "closed":
        this.#peers.get(input.link)?.leave();
        break;
      case "done":
        this.#effects.done(input.op, input.result);
        break;
      case "failed":
        this.#effects.failed(input.op, input.error);
        break;
      case "changed":
        this.#feeds.changed(input.change);
        break;
      case "drain":
        this.#drain ??= new Drain(input.after, input.spread, this.#peers.size, now);
        this.#drain.proceed(this.#peers.values(), now);
        break;
      default:
        assertNever(input);
    }
  }
  #tick(now) {
    if (now >= this.#feeds.deadline) this.#feeds.retry();
    this.#drain?.proceed(this.#peers.values(), now);
    if (now >= this.#roundAt) this.#patrol(now);
  }
  #opened(link, user, now) {
    const full = this.#peers.size >= this.#options.maxLinks;
    const peer = new Peer(link, user, this.#effects, this.#options.guarded, (gone) => this.#gone(gone));
    this.#peers.set(link, peer);
    if (this.#drain) this.#drain.dismiss(peer);
    else if (full) peer.dismiss(run.Close.tryLater, this.#nextSlot(now), 0, "the server is full");
  }
  /** Each that is turned away gets a time of its own, so that they do not come back as a crowd. */
  #nextSlot(now) {
    this.#slot = Math.max(this.#slot, now + AWAY) + SLOT;
    return Math.ceil(this.#slot - now);
  }
  #gone(peer) {
    this.#peers.delete(peer.link);
    this.#feeds.leave(peer);
    this.#sessions.leave(peer);
  }
  #broken(peer, { code, message }) {
    peer?.fault(code === "too-big" ? run.Close.tooBig : run.Close.badFrame, code, message);
  }
  #frames(peer, frames, now) {
    if (!peer) return;
    peer.heardAt = now;
    const held = peer.stage.is === "opening" ? peer.stage.held.length : 0;
    if (frames.length + held > MAX_FRAMES) peer.fault(run.Close.overloaded, "flood", `over ${MAX_FRAMES} frames at once`);
    else this.#perform(peer, frames);
  }
  /** In order; behind a hello everything waits for its answer. */
  #perform(peer, frames) {
    let ping;
    for (const [at, frame] of frames.entries()) {
      const { stage } = peer;
      if (stage.is === "gone") return;
      if (stage.is === "opening") {
        stage.held.push(...frames.slice(at));
        break;
      }
      if (frame.t === "hello") this.#hello(peer, frame);
      else if (frame.t === "ping") ping = frame.id;
      else if (stage.is === "new") peer.fault(run.Close.badFrame, "no-hello", "the first frame of a link is hello");
      else this.#obey(peer, this.#sessions.of(peer), frame);
    }
    this.#sessions.of(peer)?.flush();
    if (ping !== void 0) this.#beat("pong", ping, peer);
  }
  #hello(peer, hello) {
    if (peer.stage.is === "open" && peer.stage.hello.client !== hello.client) {
      peer.fault(run.Close.badFrame, "bad-hello", "a link has one client");
      return;
    }
    const held = [];
    peer.stage = { is: "opening", hello, held };
    this.#sessions.greet(peer, hello, () => this.#perform(peer, held));
  }
  #obey(peer, session, frame) {
    switch (frame.t) {
      case "send":
        session?.offer(peer, frame);
        break;
      case "sub":
        if (session) this.#feeds.subscribe(peer, session.client, frame);
        break;
      case "unsub":
        this.#feeds.unsubscribe(peer, frame);
        break;
      case "received":
        this.#feeds.receive(peer, frame);
        break;
      case "history":
        this.#library.ask(peer, frame);
        break;
      case "pong":
        break;
      case "bye":
        session?.flush();
        session?.leave();
        peer.close(run.Close.normal, "bye");
        break;
      default:
        assertNever(frame);
    }
  }
  /** A heartbeat repairs: it carries what this side has, and what it has not heard of. */
  #beat(t, id, peer) {
    const got = this.#sessions.of(peer)?.seq;
    const heads = this.#feeds.heads(peer);
    peer.tell({ t, id, ...got !== void 0 && { got }, ...heads && { heads } });
  }
  /** Looks at every link. A round that comes late means that this process was held: nobody is judged for that. */
  #patrol(now) {
    const { idle, callTimeout } = this.#options;
    const late = now - this.#roundAt > idle / 4;
    this.#roundAt = now + roundTime(this.#options);
    this.#effects.expire(now - callTimeout);
    for (const peer of this.#peers.values()) {
      if (late) peer.heardAt = Math.max(peer.heardAt, now - idle / 2);
      const finding = inspect(peer, this.#options, now);
      if (finding === "quiet") this.#beat("ping", ++this.#pings, peer);
      else if (finding === "dead") peer.close(run.Close.timeout, "silent for too long");
      else if (finding === "mute") peer.fault(run.Close.timeout, "no-hello", "no hello in time");
    }
  }
}

const serverDefaults = {
  idle: 45e3,
  helloTimeout: 5e3,
  maxPacket: 2 ** 20,
  window: 256,
  queueBytes: 2 ** 23,
  pushWindow: 256,
  pushBytes: 2 ** 20,
  maxSubscriptions: 1e3,
  maxLinks: 1e5,
  callTimeout: 3e4,
  guarded: false
};

async function perform$1(request, asked) {
  switch (request.call) {
    case "open":
      return asked.open(request.ask);
    case "append":
      return asked.append(request.ask);
    case "read":
      return asked.read(request.ask);
    case "cursor":
      return asked.cursor(request.ask);
    case "keep":
      return asked.keep(request.ask);
    case "forget":
      return asked.forget(request.ask);
    case "authorize":
      return asked.authorize(request.ask);
    default:
      return assertNever(request);
  }
}

const AMBIGUOUS = /^$|^[!"#\uFEFF]|[\n\r]/;
function toLine(packet) {
  if (typeof packet === "string") return AMBIGUOUS.test(packet) ? JSON.stringify(packet) : packet;
  return `!${Buffer.from(packet.buffer, packet.byteOffset, packet.length).toString("base64")}`;
}
const toControl = (control) => `#${JSON.stringify(control)}`;
function fromLines(text) {
  const packets = [];
  for (const line of text === "" ? [] : text.split("\n")) {
    const packet = fromLine(line);
    if (packet === void 0) return void 0;
    packets.push(packet);
  }
  return packets;
}
function fromLine(line) {
  if (line.startsWith("!")) return fromBase64(line.slice(1));
  if (line.startsWith('"')) return fromJson(line);
  return AMBIGUOUS.test(line) ? void 0 : line;
}
function fromBase64(text) {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : void 0;
}
function fromJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}

const HEARING = 1e3;
function end(response, status, headers = {}, text = "") {
  if (response.headersSent || response.destroyed) return;
  const type = text ? { "content-type": "text/plain; charset=utf-8" } : void 0;
  response.writeHead(status, { ...type, ...headers }).end(text && `${text}
`);
}
function extraHeaders(status, retryAfter = 1) {
  if (status === 401) return { "www-authenticate": "Bearer" };
  if (status === 405) return { allow: "GET, HEAD, POST, DELETE, OPTIONS" };
  return status === 503 ? { "retry-after": String(retryAfter) } : {};
}
function endTooLarge(request, response, env) {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(413, { "content-length": "0", connection: "close" }).flushHeaders();
  const over = () => {
    cancel();
    response.end();
  };
  const cancel = env.timer(over, HEARING);
  request.once("close", over).once("end", over).resume();
}
function endWith(response, taken, pass) {
  const status = statusOf(taken);
  if (taken.is !== "lines") {
    end(response, status);
    return;
  }
  if (response.headersSent || response.destroyed) return;
  const ticket = pass.renewal();
  const lines = [
    ...ticket === void 0 ? [] : [toControl({ ticket })],
    ...taken.lines,
    ...taken.closed ? [toControl(taken.closed)] : []
  ];
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(lines.join("\n"));
}
function statusOf({ is }) {
  if (is === "gone") return 410;
  return is === "wrong" ? 409 : 200;
}

class Pending {
  #env;
  #open = /* @__PURE__ */ new Set();
  #onEmpty;
  constructor(env) {
    this.#env = env;
  }
  add(response) {
    this.#open.add(response);
    response.once("close", () => {
      this.#open.delete(response);
      if (!this.#open.size) this.#onEmpty?.();
    });
  }
  /** Resolves when all are over; after `patience` ms those that are left are cut. */
  async empty(patience) {
    if (!this.#open.size) return;
    await new Promise((resolve) => {
      const cancel = this.#env.timer(resolve, patience);
      this.#onEmpty = () => {
        cancel();
        resolve();
      };
    });
    for (const response of this.#open) response.destroy();
  }
}

const isNumber = (value, least) => typeof value === "number" && value >= least;
const isWhole$1 = (least, most = Number.MAX_SAFE_INTEGER) => [
  `a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ""}`,
  (value) => Number.isSafeInteger(value) && isNumber(value, least) && value <= most
];
const isLimit = (least) => [
  `a whole number from ${least}, or Infinity`,
  (value) => value === Infinity || Number.isSafeInteger(value) && isNumber(value, least)
];
const isTime = (least) => [
  `a time in ms, at least ${least}`,
  (value) => isNumber(value, least) && value !== Infinity
];
const isFunction = ["a function", (value) => typeof value === "function"];
const isBoolean = ["true or false", (value) => typeof value === "boolean"];
const orAbsent = ([takes, test]) => [takes, (value) => value === void 0 || test(value)];
const hasMethods = (what, ...names) => [
  what,
  (value) => {
    const object = Object(value);
    return names.every((name) => typeof object[name] === "function");
  }
];
function checkOptions(given, checks) {
  if (typeof given !== "object" || given === null)
    throw new run.OptionError("bad-option", "the options take an object");
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : void 0;
    if (!check) throw new run.OptionError("bad-option", `there is no option ${name}`);
    const [takes, test] = check;
    if (value !== void 0 && !test(value)) throw new run.OptionError("bad-option", `${name} takes ${takes}`);
  }
}
function withDefaults(defaults, given) {
  const said = Object.entries(given).filter(([, value]) => value !== void 0);
  return { ...defaults, ...Object.fromEntries(said) };
}

function refuse(stream, status, retryAfter) {
  if (stream.destroyed) return;
  const headers = { connection: "close", "content-length": "0", ...extraHeaders(status, retryAfter) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r
`);
  stream.end(`HTTP/1.1 ${status} ${node_http.STATUS_CODES[status] ?? ""}\r
${lines.join("")}\r
`);
}

const isServer = hasMethods("an HTTP server", "on", "off", "listeners", "listenerCount", "removeAllListeners");
const isPath = ["a string that begins with '/'", (value) => typeof value === "string" && value.startsWith("/")];
const PATIENCE$1 = 3e3;
class Door {
  #settings;
  #gate;
  #sockets;
  #rungs;
  #pending;
  #leaves = [];
  constructor(settings, gate, sockets, rungs) {
    this.#settings = settings;
    this.#gate = gate;
    this.#sockets = sockets;
    this.#rungs = rungs;
    this.#pending = new Pending(settings.env);
  }
  attach(http, options = {}) {
    const [takes, test] = isServer;
    if (!test(http)) throw new run.OptionError("bad-option", `attach takes ${takes}`);
    checkOptions(options, { path: isPath });
    const { path = "/" } = options;
    const onUpgrade = (request, stream, head) => {
      if (pathOf(request) === path) void this.#upgrade(request, stream, head);
      else if (http.listenerCount("upgrade") === 1) refuse(stream, 404);
    };
    http.on("upgrade", onUpgrade);
    const leave = takeRequests(http, path, (request, response) => void this.#request(request, response));
    this.#leaves.push(leave, () => http.off("upgrade", onUpgrade));
  }
  /** Lets go of every HTTP server, when all that was asked is answered. */
  async leave() {
    await this.#pending.empty(PATIENCE$1);
    for (const leave of this.#leaves.splice(0)) leave();
  }
  async #upgrade(request, stream, head) {
    const ignore = () => void 0;
    stream.on("error", ignore);
    const who = await this.#gate.judge(request);
    if (typeof who === "number") {
      this.#settings.log.info({ status: who }, "upgrade refused");
      refuse(stream, who, this.#gate.closedFor);
    } else if (!stream.destroyed) {
      stream.off("error", ignore);
      this.#sockets.accept(request, stream, head, who.user);
    }
  }
  async #request(request, response) {
    this.#pending.add(response);
    response.on("error", () => void 0);
    try {
      await this.#rungs.answer(request, response);
    } catch (err) {
      this.#settings.log.error({ err }, "request failed");
      if (response.headersSent) response.destroy();
      else end(response, 500);
    }
  }
}
const pathOf = ({ url = "/" }) => url.split("?", 1)[0] ?? "/";
function takeRequests(http, path, handle) {
  const others = http.listeners("request");
  const listener = (request, response) => {
    if (pathOf(request) === path) handle(request, response);
    else if (others.length) for (const other of others) other.call(http, request, response);
    else if (http.listenerCount("request") === 1) response.writeHead(404).end();
  };
  http.removeAllListeners("request").on("request", listener);
  return () => {
    http.off("request", listener);
    for (const other of others) http.on("request", other);
  };
}

class AuthError extends run.HoldfastError {
  name = "AuthError";
  status;
  constructor(code, message = code) {
    super(code, message);
    this.status = code === "forbidden" ? 403 : 401;
  }
}
const TOKEN = "holdfast.token.";
function tokenOf({ headers }) {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const token = bearer ?? offered.find((one) => one.startsWith(TOKEN));
  return token?.startsWith(TOKEN) ? Buffer.from(token.slice(TOKEN.length), "base64url").toString() : token;
}
async function admit(authenticate, request) {
  if (!authenticate) return { is: "user", user: "" };
  try {
    const user = await authenticate({ request, token: tokenOf(request) });
    return typeof user === "string" ? { is: "user", user } : { is: "refused", status: 401 };
  } catch (error) {
    const { status } = Object(error);
    if (status === 401 || status === 403) return { is: "refused", status };
    return { is: "refused", status: 503, error };
  }
}
function isOriginAllowed({ headers }, allowed) {
  const { origin, host } = headers;
  if (origin === void 0 || allowed === "*") return true;
  if (allowed) return allowed.includes("*") || allowed.includes(origin);
  return origin.replace(/^https?:\/\//i, "").toLowerCase() === host?.toLowerCase();
}

class Gate {
  #settings;
  /** Seconds until it may open again; absent while it is open. */
  #closedFor;
  constructor(settings) {
    this.#settings = settings;
  }
  get closedFor() {
    return this.#closedFor;
  }
  /** Nobody comes in any more. */
  close(seconds) {
    this.#closedFor = seconds;
  }
  isOriginAllowed(request) {
    return isOriginAllowed(request, this.#settings.allowedOrigins);
  }
  /** Who asks, or the status that turns them away: 401, 403 or 503. */
  async judge(request) {
    if (this.#isClosed()) return 503;
    if (!this.isOriginAllowed(request)) return 403;
    const admission = await this.#admit(request);
    if (admission.is === "refused") return admission.status;
    return this.#isClosed() ? 503 : admission;
  }
  #isClosed() {
    return this.#closedFor !== void 0;
  }
  /** A hook that hangs must not hold the connection for ever. */
  async #admit(request) {
    const { authenticate, authenticateTimeout, env, log } = this.#settings;
    let cancel = () => void 0;
    const timeout = new Promise((resolve) => {
      const error = new Error("authenticate took too long");
      cancel = env.timer(() => resolve({ is: "refused", status: 503, error }), authenticateTimeout);
    });
    const admission = await Promise.race([admit(authenticate, request), timeout]);
    cancel();
    if (admission.is === "refused" && admission.error !== void 0)
      log.error({ err: admission.error }, "authenticate failed");
    return admission;
  }
}

const PACKET = 2 ** 18;
class Batches {
  #env;
  #leave;
  #frames = /* @__PURE__ */ new Map();
  constructor(env, leave) {
    this.#env = env;
    this.#leave = leave;
  }
  add(link, frames) {
    if (!this.#frames.size) this.#env.defer(() => this.#flushAll());
    const waiting = this.#frames.get(link);
    if (waiting) waiting.push(...frames);
    else this.#frames.set(link, [...frames]);
  }
  /** Lets what waits for this link go now. */
  flush(link) {
    const frames = this.take(link);
    if (frames.length) this.#leave(link, frames);
  }
  /** Hands out what waits for this link: it does not leave by itself. */
  take(link) {
    const frames = this.#frames.get(link) ?? [];
    this.#frames.delete(link);
    return frames;
  }
  #flushAll() {
    for (const link of [...this.#frames.keys()]) this.flush(link);
  }
}

function inputOf(link, packet, max) {
  try {
    if (max !== void 0 && Buffer.byteLength(packet) > max)
      throw new run.FrameError("too-big", `a packet of more than ${max} bytes`);
    return { on: "frames", link, frames: codec.serverCodec.decode(packet) };
  } catch (error) {
    if (!(error instanceof run.FrameError)) throw error;
    return { on: "broken", link, error };
  }
}

const ANSWER = 2 ** 20;
class Mailbox {
  /** Lines kept, bytes. */
  bytes = 0;
  #lines = [];
  /** The number of the first line kept. */
  #first = 1;
  #posts = 0;
  #reader;
  #taker;
  #closed;
  /** Somebody waits. */
  get isAwaited() {
    return this.#taker !== void 0;
  }
  isAwaitedBy(reader) {
    return this.#taker?.reader === reader;
  }
  /** This one was the last to ask. */
  isReader(reader) {
    return this.#reader === reader;
  }
  put(lines) {
    for (const line of lines) {
      this.#lines.push(line);
      this.bytes += Buffer.byteLength(line);
    }
    this.#serve();
  }
  /** Nothing follows these lines: whoever waits is told so together with them. */
  close(closed, lines = []) {
    this.#closed ??= closed;
    this.put(lines);
  }
  /** Nothing is left of it. */
  clear() {
    this.#lines = [];
    this.bytes = 0;
    this.#answer({ is: "gone" });
  }
  /** What POST number `n` is: the next one, one that was here before, or one that cannot be. */
  judge(n) {
    if (n > this.#posts + 1) return "wrong";
    return n > this.#posts ? "next" : "again";
  }
  /** The next POST was taken. */
  count() {
    this.#posts++;
  }
  /** Forgets what the client has, and answers with what comes after it: now, or when there is something. A newer reader sends the older away. */
  take(ask, answer) {
    const has = ask.since - this.#first + 1;
    if (ask.again && !this.isReader(ask.reader)) answer({ is: "superseded" });
    else if (has < 0 || has > this.#lines.length) answer({ is: "wrong" });
    else {
      this.#answer({ is: "superseded" });
      this.#reader = ask.reader;
      for (const line of this.#lines.splice(0, has)) this.bytes -= Buffer.byteLength(line);
      this.#first += has;
      this.#taker = { ...ask, answer };
      this.#serve();
    }
  }
  /** Whoever waits under this name has waited long enough. */
  lapse(reader) {
    if (this.isAwaitedBy(reader)) this.#answer(this.#next());
  }
  #serve() {
    if (this.#lines.length || this.#closed) this.#answer(this.#next());
  }
  #next() {
    let end = 0;
    for (let sum = 0, line; (line = this.#lines[end]) !== void 0; end++) {
      sum += line.length;
      if (sum > ANSWER && end) break;
    }
    const isAll = end === this.#lines.length;
    const lines = this.#lines.slice(0, end);
    return { is: "lines", first: this.#first, lines, ...isAll && this.#closed && { closed: this.#closed } };
  }
  #answer(taken) {
    const taker = this.#taker;
    this.#taker = void 0;
    taker?.answer(taken);
  }
}

class Watch {
  #env;
  #grace;
  #judge;
  #cancel;
  /** @param judge lets go of whoever was silent for `grace` ms. */
  constructor(env, grace, judge) {
    this.#env = env;
    this.#grace = grace;
    this.#judge = judge;
  }
  /** There is somebody to watch. */
  start() {
    if (this.#cancel) return;
    const round = this.#grace / 4;
    const dueAt = this.#env.now() + round;
    this.#cancel = this.#env.timer(() => {
      this.#cancel = void 0;
      this.start();
      if (this.#env.now() - dueAt < round) this.#judge(this.#grace);
    }, round);
  }
  /** There is nobody left. */
  stop() {
    this.#cancel?.();
    this.#cancel = void 0;
  }
}

const LINGER = 3e3;
const LAST_WORDS = 1e3;
class HttpLinks {
  #options;
  #env;
  #log;
  #feed;
  #number;
  #links = /* @__PURE__ */ new Map();
  #batches;
  #watch;
  /** Closed by the server, and the client has not heard it. */
  #untold = /* @__PURE__ */ new Set();
  #onEmpty;
  /** @param number the next link's number. */
  constructor(options, env, log, feed, number) {
    this.#options = options;
    this.#env = env;
    this.#log = log;
    this.#feed = feed;
    this.#number = number;
    this.#batches = new Batches(env, (link, frames) => this.#put(link, frames));
    this.#watch = new Watch(env, options.pollGrace, (grace) => this.#patrol(grace));
  }
  /** A link that begins with these packets. Returns its number. */
  open(user, packets) {
    const number = this.#number();
    const link = { number, mailbox: new Mailbox(), seenAt: this.#env.now() };
    this.#links.set(number, link);
    this.#watch.start();
    this.#feed({ on: "opened", link: number, user });
    this.#receive(link, packets);
    return number;
  }
  post({ link: number, n, text, close }) {
    const link = this.#see(number);
    return Promise.resolve(link ? this.#post(link, n, text, close) : 410);
  }
  take({ link: number, hold, ...ask }) {
    const link = this.#see(number);
    if (!link || link.over === "client") return Promise.resolve({ is: "gone" });
    const { mailbox } = link;
    return new Promise((resolve) => {
      let cancel = () => void 0;
      mailbox.take(ask, (taken) => {
        cancel();
        link.seenAt = this.#env.now();
        if (taken.is === "lines" && taken.closed) this.#told(link);
        resolve(taken);
      });
      if (!mailbox.isAwaitedBy(ask.reader)) return;
      if (hold > 0) cancel = this.#env.timer(() => mailbox.lapse(ask.reader), hold);
      else mailbox.lapse(ask.reader);
    });
  }
  leave({ link: number, code, reader }) {
    const link = this.#links.get(number);
    if (!link || link.over) return Promise.resolve(410);
    const left = () => {
      if (isOpen(link) && (reader === void 0 || link.mailbox.isReader(reader))) this.#end(link, code);
    };
    if (reader === void 0) left();
    else this.#env.timer(left, LAST_WORDS);
    return Promise.resolve(204);
  }
  write({ link: number, frames }) {
    const link = this.#links.get(number);
    if (link && !link.over) this.#batches.add(link, frames);
  }
  close({ link: number, code, reason }) {
    const link = this.#links.get(number);
    if (!link || link.over) return;
    this.#linger(link, "server");
    this.#untold.add(link);
    link.mailbox.close({ code, reason }, toLines(this.#batches.take(link)));
    this.#log.debug({ link: number, code }, "closed");
  }
  empty() {
    if (!this.#untold.size) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty = resolve);
  }
  /** Lets go of everything at once. */
  stop() {
    for (const link of this.#links.values()) {
      link.forget?.();
      this.#forget(link);
    }
  }
  #see(number) {
    const link = this.#links.get(number);
    if (link) link.seenAt = this.#env.now();
    return link;
  }
  #post(link, n, text, close) {
    const order = link.mailbox.judge(n);
    if (order === "wrong") return 409;
    if (order === "again") return 204;
    if (link.over === "client") return 410;
    const packets = fromLines(text);
    if (!packets) return 400;
    link.mailbox.count();
    if (isOpen(link)) this.#receive(link, packets);
    if (close !== void 0) {
      if (isOpen(link)) this.#end(link, close);
      else this.#told(link);
    }
    return 204;
  }
  #receive(link, packets) {
    for (const packet of packets) this.#feed(inputOf(link.number, packet, this.#options.maxPacket));
  }
  #put(link, frames) {
    if (link.over) return;
    link.mailbox.put(toLines(frames));
    if (link.mailbox.bytes > this.#options.maxBuffered) this.#drop(link);
  }
  /** The client closed it. A POST said again is still answered as before. */
  #end(link, code) {
    this.#linger(link, "client");
    link.mailbox.clear();
    this.#log.debug({ link: link.number, code }, "closed");
    this.#feed({ on: "closed", link: link.number });
  }
  /** Nobody is there any more. */
  #drop(link) {
    this.#forget(link);
    this.#log.debug({ link: link.number, code: run.Close.abnormal }, "closed");
    this.#feed({ on: "closed", link: link.number });
  }
  #linger(link, by) {
    link.over = by;
    link.forget = this.#env.timer(() => this.#forget(link), Math.min(LINGER, this.#options.pollGrace));
  }
  #forget(link) {
    this.#links.delete(link.number);
    link.mailbox.clear();
    this.#told(link);
    if (!this.#links.size) this.#watch.stop();
  }
  #told(link) {
    this.#untold.delete(link);
    if (!this.#untold.size) this.#onEmpty?.();
  }
  #patrol(grace) {
    const now = this.#env.now();
    for (const link of this.#links.values()) {
      if (link.mailbox.isAwaited) link.seenAt = now;
      else if (!link.over && now - link.seenAt >= grace) this.#drop(link);
    }
  }
}
const toLines = (frames) => codec.serverCodec.encode(frames, PACKET).map(toLine);
const isOpen = ({ over }) => !over;

const LONGEST = 2 ** 31 - 1;
function toNote(text) {
  const { is, id, from, call, ask, value } = objectOf(parsed(text));
  if (!isWhole(id)) return void 0;
  if (is === "answer") return { is, id, value };
  const made = is === "call" && typeof from === "string" ? toCall(call, objectOf(ask)) : void 0;
  return made && { is: "call", id, from: String(from), ...made };
}
function toCall(call, ask) {
  const { link } = ask;
  if (!isWhole(link)) return void 0;
  if (call === "post") {
    const { n, text, close } = ask;
    return isWhole(n) && typeof text === "string" && isWholeOrAbsent(close) ? { call, ask: { link, n, text, close } } : void 0;
  }
  if (call === "take") {
    const { reader: reader2, again, since, hold } = ask;
    const isAsk = typeof reader2 === "string" && typeof again === "boolean" && isWhole(since) && isWhole(hold);
    return isAsk && hold <= LONGEST ? { call, ask: { link, reader: reader2, again, since, hold } } : void 0;
  }
  const { code, reader } = ask;
  return call === "leave" && isWhole(code) && (reader === void 0 || typeof reader === "string") ? { call, ask: { link, code, reader } } : void 0;
}
function objectOf(value) {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
const isWholeOrAbsent = (value) => value === void 0 || isWhole(value);
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}

const PATIENCE = 2e3;
class Relay {
  #parts;
  #calls = /* @__PURE__ */ new Map();
  #unlisten;
  #count = 0;
  #isOver = false;
  constructor(parts) {
    this.#parts = parts;
    this.#unlisten = parts.store.listen?.(parts.node, (text) => this.#hear(text));
  }
  /** Where the links of a node are reached; `undefined` where there is no way. */
  deskOf(node) {
    if (node === this.#parts.node) return this.#parts.local;
    if (!this.#parts.store.notify || this.#isOver) return void 0;
    return {
      post: async (ask) => asPostStatus(await this.#ask(node, { call: "post", ask })),
      take: async (ask) => asTaken(await this.#ask(node, { call: "take", ask }, ask.hold)),
      leave: async (ask) => asLeaveStatus(await this.#ask(node, { call: "leave", ask }))
    };
  }
  /** Nobody waits here any more for what other nodes have. */
  stop() {
    this.#isOver = true;
    for (const end of this.#calls.values()) end({ is: "superseded" });
    this.#unlisten?.();
  }
  /** Resolves with nothing where there is no answer. */
  #ask(node, call, hold = 0) {
    const id = ++this.#count;
    return new Promise((resolve) => {
      const end = (value) => {
        cancel();
        this.#calls.delete(id);
        resolve(value);
      };
      const cancel = this.#parts.env.timer(end, hold + PATIENCE);
      this.#calls.set(id, end);
      void this.#send(node, { is: "call", id, from: this.#parts.node, ...call }).then((isSent) => {
        if (!isSent) end();
      });
    });
  }
  #hear(text) {
    const note = toNote(text);
    if (!note) this.#parts.log.warn({}, "note ignored");
    else if (note.is === "answer") this.#calls.get(note.id)?.(note.value);
    else void this.#serve(note);
  }
  async #serve({ id, from, ...call }) {
    try {
      await this.#send(from, { is: "answer", id, value: await perform(this.#parts.local, call) });
    } catch (err) {
      this.#parts.log.error({ err }, "request failed");
    }
  }
  /** False where the store does not pass it on. */
  async #send(node, note) {
    try {
      await this.#parts.store.notify?.({ node, note: JSON.stringify(note) });
      return true;
    } catch (err) {
      this.#parts.log.error({ err }, "notify failed");
      return false;
    }
  }
}
async function perform(desk, { call, ask }) {
  if (call === "post") return desk.post(ask);
  return call === "take" ? desk.take(ask) : desk.leave(ask);
}
const asPostStatus = (value) => value === 204 || value === 400 || value === 409 ? value : 410;
const asLeaveStatus = (value) => value === 204 ? value : 410;
function asTaken(value) {
  const { is, first, lines, closed } = objectOf(value);
  if (is === "superseded" || is === "wrong") return { is };
  if (is !== "lines" || !isWhole(first) || !Array.isArray(lines) || !lines.every(isLine)) return { is: "gone" };
  const { code, reason } = objectOf(closed);
  return { is, first, lines, ...isWhole(code) && typeof reason === "string" && { closed: { code, reason } } };
}
const isLine = (value) => typeof value === "string" && !/[\r\n]/.test(value);

async function answerPlain(request, response, gate) {
  const who = await gate.judge(request);
  if (typeof who === "number") end(response, who, extraHeaders(who, gate.closedFor), "refused");
  else end(response, 426, { upgrade: "websocket" }, "this path takes WebSockets, and POST");
}

const TICKET = /^bearer +holdfast\.link\.(\S+)$/i;
const NORMAL = 1e3;
function understand(request) {
  const { method, url = "", headers } = request;
  const query = new Query(headers["holdfast"] ?? url.split("?").slice(1).join("?"));
  const streams = /\btext\/event-stream\b/i.test(headers.accept ?? "");
  const shown = TICKET.exec(headers.authorization ?? "")?.[1];
  switch (method) {
    case "OPTIONS":
      return { is: "preflight" };
    case "HEAD":
      return { is: "plain" };
    case "GET":
      return query.judge(get(query, streams, shown ?? (streams ? query.text("link") : void 0), headers));
    case "POST":
      return query.judge(post(query, streams, shown));
    case "DELETE":
      if (shown === void 0) return { is: "refused", status: 401 };
      return query.judge({ is: "delete", ticket: shown, code: query.code("code") ?? NORMAL });
    default:
      return { is: "refused", status: 405 };
  }
}
function get(query, streams, ticket, headers) {
  if (ticket === void 0) return streams || query.has("since") ? { is: "refused", status: 401 } : { is: "plain" };
  const since = query.number("since") ?? 0;
  if (!streams) return { is: "poll", ticket, since, hold: query.number("hold") ?? 0 };
  const last = headers["last-event-id"];
  return { is: "stream", ticket, since: last ? query.whole(String(last)) : since };
}
function post(query, streams, ticket) {
  const hold = query.number("hold") ?? 0;
  const n = query.number("post");
  if (ticket === void 0)
    return n === void 0 && !query.has("close") ? { is: "open", streams, hold } : { is: "refused", status: 401 };
  if (!n) return { is: "refused", status: 400 };
  const since = query.number("since");
  const close = query.code("close");
  const take = since === void 0 ? void 0 : { since, hold };
  return { is: "post", ticket, n, take, ...close !== void 0 && { close } };
}
class Query {
  #params;
  #isBad = false;
  constructor(text) {
    this.#params = new URLSearchParams(String(text));
  }
  /** The request, if all that was read of it is well. */
  judge(ask) {
    return this.#isBad ? { is: "refused", status: 400 } : ask;
  }
  has(name) {
    return this.#params.has(name);
  }
  text(name) {
    return this.#params.get(name) ?? void 0;
  }
  number(name) {
    const [value, ...more] = this.#params.getAll(name);
    if (more.length) this.#isBad = true;
    return value === void 0 ? void 0 : this.whole(value);
  }
  /** A close code. */
  code(name) {
    const code = this.number(name);
    if (code !== void 0 && (code < 1e3 || code > 4999)) this.#isBad = true;
    return code;
  }
  whole(text) {
    if (!/^\d{1,15}$/.test(text)) this.#isBad = true;
    return Number(text);
  }
}

function readBody(request, limit) {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve(413);
  return new Promise((resolve) => {
    const parts = [];
    let size = 0;
    const onData = (part) => {
      size += part.length;
      if (size > limit) end(413);
      else parts.push(part);
    };
    const onEnd = () => end(toText(Buffer.concat(parts)));
    const onClose = () => end(void 0);
    const end = (result) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose).pause();
      resolve(result);
    };
    request.on("error", () => void 0);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    if (request.destroyed) end(void 0);
  });
}
function toText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 400;
  }
}

function setCommon(response) {
  response.setHeader("cache-control", "no-store");
  response.setHeader("vary", "Origin");
}
function setCors({ headers }, response, allowed) {
  const { origin } = headers;
  if (origin === void 0) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "retry-after");
  if (Array.isArray(allowed) && allowed.includes(origin)) response.setHeader("access-control-allow-credentials", "true");
}
const preflight = {
  "access-control-allow-methods": "GET, POST, DELETE",
  "access-control-allow-headers": "authorization, content-type, holdfast, last-event-id",
  "access-control-max-age": "7200"
};

class Pass {
  #tickets;
  #grant;
  #exp;
  /** @param exp when the ticket shown expires, ms since 1970; absent where none was given yet. */
  constructor(tickets, grant, exp = -Infinity) {
    this.#tickets = tickets;
    this.#grant = grant;
    this.#exp = exp;
  }
  get link() {
    return this.#grant.link;
  }
  /** Ms until there is a renewal. */
  get renewIn() {
    return this.#tickets.renewIn({ exp: this.#exp });
  }
  /** A new ticket, when it is time for one. */
  renewal() {
    if (this.renewIn > 0) return void 0;
    const { ticket, exp } = this.#tickets.issue(this.#grant);
    this.#exp = exp;
    return ticket;
  }
}

const PADDING = `:${" ".repeat(2048)}

`;
const KEEP_ALIVE = ": \n\n";
async function stream(response, source, taken, options) {
  const { desk, pass, reader } = source;
  const { link } = pass;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no"
  });
  response.write(PADDING);
  while (taken.is === "lines") {
    if (!await isTakenIn(response, eventsOf(taken, pass), options)) return;
    if (taken.closed) break;
    const hold = Math.max(0, Math.ceil(Math.min(options.keepAlive, pass.renewIn)));
    taken = await desk.take({ link, reader, again: true, since: taken.first + taken.lines.length - 1, hold });
  }
  response.end();
}
function eventsOf({ first, lines, closed }, pass) {
  const ticket = pass.renewal();
  const events = [
    ...ticket === void 0 ? [] : [controlOf({ ticket })],
    ...lines.map((line, at) => `id: ${first + at}
data: ${line}

`),
    ...closed ? [controlOf(closed)] : []
  ];
  return events.join("") || KEEP_ALIVE;
}
const controlOf = (control) => `event: control
data: ${toControl(control)}

`;
function isTakenIn(response, text, { pollGrace, env }) {
  if (response.destroyed) return Promise.resolve(false);
  if (response.write(text)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isWell) => {
      cancel();
      response.off("drain", onDrain).off("close", onClose);
      resolve(isWell);
    };
    const onDrain = () => end(true);
    const onClose = () => end(false);
    const cancel = env.timer(() => response.destroy(), pollGrace);
    response.once("drain", onDrain).once("close", onClose);
  });
}

class Rungs {
  #settings;
  #parts;
  #textLimit;
  #readers = 0;
  constructor(settings, parts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#textLimit = settings.maxPacket * 2 + 65536;
  }
  async answer(request, response) {
    const { gate } = this.#parts;
    setCommon(response);
    if (!gate.isOriginAllowed(request)) {
      end(response, 403);
      return;
    }
    setCors(request, response, this.#settings.allowedOrigins);
    const ask = understand(request);
    switch (ask.is) {
      case "preflight":
        end(response, 204, preflight);
        break;
      case "plain":
        await answerPlain(request, response, gate);
        break;
      case "refused":
        end(response, ask.status, extraHeaders(ask.status));
        break;
      case "open":
        await this.#openLink(request, response, ask);
        break;
      default:
        await this.#onLink(request, response, ask);
    }
  }
  async #openLink(request, response, ask) {
    const { links, node, tickets } = this.#parts;
    const guest = await this.#admit(request);
    if (guest === void 0) return;
    if (typeof guest === "number") {
      this.#settings.log.info({ status: guest }, "opening refused");
      this.#refuse(request, response, guest);
      return;
    }
    const { user, packets } = guest;
    const link = links.open(user, packets);
    const source = { desk: links, pass: new Pass(tickets, { node, link, user }), reader: this.#reader() };
    this.#endWithReader(response, source);
    if (ask.streams) await this.#stream(response, source, 0);
    else await this.#poll(response, source, 0, ask.hold);
  }
  /** Who opens a link, and their first packets; or a status, or nothing, where the request was cut off. */
  async #admit(request) {
    const { gate } = this.#parts;
    const who = await gate.judge(request);
    if (typeof who === "number") return who;
    const text = await readBody(request, this.#textLimit);
    if (typeof text !== "string") return text;
    if (gate.closedFor !== void 0) return 503;
    const packets = fromLines(text);
    return packets ? { user: who.user, packets } : 400;
  }
  async #onLink(request, response, ask) {
    const { tickets, deskOf } = this.#parts;
    const grant = tickets.verify(ask.ticket);
    const desk = grant && deskOf(grant.node);
    if (!grant || !desk) {
      this.#refuse(request, response, grant ? 410 : 401);
      return;
    }
    const source = { desk, pass: new Pass(tickets, grant, grant.exp), reader: this.#reader() };
    if (ask.is === "delete") end(response, await desk.leave({ link: grant.link, code: ask.code }));
    else if (ask.is === "post") await this.#post(request, response, source, ask);
    else if (ask.is === "poll") await this.#poll(response, source, ask.since, ask.hold);
    else {
      this.#endWithReader(response, source);
      await this.#stream(response, source, ask.since);
    }
  }
  async #post(request, response, source, { n, close, take }) {
    const text = await readBody(request, this.#textLimit);
    if (text === void 0) return;
    const status = typeof text === "string" ? await source.desk.post({ link: source.pass.link, n, text, close }) : text;
    if (status === 204 && take && close === void 0) await this.#poll(response, source, take.since, take.hold);
    else this.#refuse(request, response, status);
  }
  async #poll(response, { desk, pass, reader }, since, most) {
    const { link } = pass;
    const hold = Math.min(most, this.#settings.pollHold);
    this.#onceCut(response, () => desk.take({ link, reader, again: true, since, hold: 0 }));
    endWith(response, await desk.take({ link, reader, again: false, since, hold }), pass);
  }
  async #stream(response, source, since) {
    const { desk, pass, reader } = source;
    const taken = await desk.take({ link: pass.link, reader, again: false, since, hold: 0 });
    if (taken.is === "lines") await stream(response, source, taken, this.#settings);
    else end(response, statusOf(taken));
  }
  /** The link goes with its stream, or with its opening: nobody else knows of it. */
  #endWithReader(response, { desk, pass, reader }) {
    this.#onceCut(response, () => desk.leave({ link: pass.link, code: run.Close.abnormal, reader }));
  }
  /** The client was gone before all was said. */
  #onceCut(response, act) {
    response.once("close", () => {
      if (response.writableFinished) return;
      act().catch((err) => this.#settings.log.error({ err }, "request failed"));
    });
  }
  #refuse(request, response, status) {
    if (status === 413) endTooLarge(request, response, this.#settings.env);
    else end(response, status, extraHeaders(status, this.#parts.gate.closedFor));
  }
  #reader() {
    return `${this.#parts.node}.${++this.#readers}`;
  }
}

const nothing = () => void 0;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

class Bus {
  #ears = /* @__PURE__ */ new Map();
  notify({ node, note }) {
    for (const onNote of this.#ears.get(node) ?? []) onNote(note);
  }
  listen(node, onNote) {
    const ears = this.#ears.get(node) ?? /* @__PURE__ */ new Set();
    this.#ears.set(node, ears.add(onNote));
    return () => {
      ears.delete(onNote);
      if (!ears.size && this.#ears.get(node) === ears) this.#ears.delete(node);
    };
  }
}

const OVERHEAD = 256;
class Log {
  epoch;
  /** What it holds, bytes, roughly. */
  bytes = 0;
  next = 1;
  #entries = [];
  /** Entries trimmed and not yet cut off: cutting each time would move all the others each time. */
  #trimmed = 0;
  constructor(epoch) {
    this.epoch = epoch;
  }
  get size() {
    return this.#entries.length - this.#trimmed;
  }
  get oldest() {
    return this.next - this.size;
  }
  /** When its oldest entry was taken; Infinity when it holds none. */
  get since() {
    return this.#entries[this.#trimmed]?.time ?? Infinity;
  }
  add(entry) {
    this.#entries.push(entry);
    this.bytes += costOf(entry);
    this.next++;
  }
  /** Lets the oldest entry go. */
  trim() {
    const oldest = this.#entries[this.#trimmed];
    if (!oldest) return;
    this.bytes -= costOf(oldest);
    this.#trimmed++;
    if (this.#trimmed < 64 || this.#trimmed < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#trimmed);
    this.#trimmed = 0;
  }
  read(from, limit, bytes) {
    const { epoch, oldest, next } = this;
    const start = this.#trimmed + Math.max(0, from - oldest);
    let end = start;
    for (let sum = 0, entry; end - start < limit && (entry = this.#entries[end]); end++) {
      sum += entry.body.length;
      if (sum > bytes && end > start) break;
    }
    return { epoch, oldest, next, entries: this.#entries.slice(start, end) };
  }
}
const costOf = ({ body }) => body.length + OVERHEAD;

const DAY = 864e5;
const SWEEP = 6e4;
const tablesDefaults = {
  maxEntries: 1e4,
  maxBytes: 2 ** 24,
  maxAge: DAY,
  maxChannels: 1e4,
  totalBytes: 2 ** 28,
  clientTtl: DAY,
  maxClients: 1e5,
  maxCursors: 1e3
};
class Tables {
  #options;
  #now;
  #id;
  /** Both maps in the order of last use, the longest unused first. */
  #logs = /* @__PURE__ */ new Map();
  #clients = /* @__PURE__ */ new Map();
  #listeners = /* @__PURE__ */ new Set();
  #bytes = 0;
  /** Counts the channels forgotten: one that begins again must not look like the one that was. */
  #generation = 0;
  #sweepAt = -Infinity;
  /** @param now ms since 1970. @param id a name that no other store has. */
  constructor(options, now, id) {
    this.#options = options;
    this.#now = now;
    this.#id = id;
  }
  open({ client, key, acked }) {
    const known = this.#touch(client);
    if (known && known.key !== key) return { is: "taken" };
    const one = known ?? { key, seq: 0, touchedAt: this.#now(), cursors: /* @__PURE__ */ new Map() };
    one.seq = Math.max(one.seq, acked);
    this.#clients.set(client, one);
    this.#forgetClients();
    return { is: "open", seq: one.seq, known: known !== void 0 };
  }
  append({ client, records }) {
    const one = this.#touch(client);
    if (!one) return { is: "unknown" };
    const fates = records.map((record) => this.#take(one, record));
    const grown = new Set(records.flatMap(({ ch }, at) => fates[at]?.is === "stored" ? [ch] : []));
    for (const ch of grown) this.#grew(ch);
    return { is: "done", seq: one.seq, fates };
  }
  read({ ch, from, limit, bytes }) {
    this.#sweep();
    const log = this.#logs.get(ch);
    return log ? log.read(from, limit, bytes) : { epoch: this.#epoch, oldest: 1, next: 1, entries: [] };
  }
  cursor({ client, ch }) {
    return this.#clients.get(client)?.cursors.get(ch);
  }
  keep({ client, ch, cursor }) {
    const cursors = this.#touch(client)?.cursors;
    if (!cursors) return;
    const kept = cursors.get(ch);
    if (kept?.epoch === cursor.epoch && kept.offset >= cursor.offset) return;
    cursors.delete(ch);
    cursors.set(ch, cursor);
    dropOldest(cursors, this.#options.maxCursors);
  }
  forget({ client }) {
    this.#clients.delete(client);
  }
  watch(onChange) {
    this.#listeners.add(onChange);
    return () => {
      this.#listeners.delete(onChange);
    };
  }
  get #epoch() {
    return this.#generation ? `${this.#id}.${this.#generation}` : this.#id;
  }
  #take(client, { seq, after, ch, id, from, time, body }) {
    if (seq <= client.seq) return { is: "duplicate" };
    if (after > client.seq) return { is: "gap" };
    const log = this.#logs.get(ch) ?? new Log(this.#epoch);
    const offset = log.next;
    this.#logs.delete(ch);
    this.#logs.set(ch, log);
    client.seq = seq;
    this.#resize(log, () => log.add({ offset, id, from, time, body }));
    this.#trim(log);
    return { is: "stored", epoch: log.epoch, offset };
  }
  #grew(ch) {
    const log = this.#logs.get(ch);
    if (log) for (const listener of this.#listeners) listener({ ch, epoch: log.epoch, next: log.next });
  }
  #trim(log) {
    const { maxEntries, maxBytes, maxChannels, totalBytes } = this.#options;
    while (log.size > maxEntries || log.bytes > maxBytes && log.size > 1) this.#resize(log, () => log.trim());
    for (const [ch, oldest] of this.#logs) {
      if (oldest === log || this.#logs.size <= maxChannels && this.#bytes <= totalBytes) break;
      this.#logs.delete(ch);
      this.#bytes -= oldest.bytes;
      this.#generation++;
    }
    while (this.#bytes > totalBytes && log.size > 1) this.#resize(log, () => log.trim());
    this.#sweep();
  }
  /** A channel without entries keeps its count: what is quiet for a day has lost nothing. */
  #sweep() {
    const now = this.#now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP;
    for (const log of this.#logs.values())
      while (log.since <= now - this.#options.maxAge) this.#resize(log, () => log.trim());
  }
  #resize(log, change) {
    this.#bytes -= log.bytes;
    change();
    this.#bytes += log.bytes;
  }
  /** The client used last stands last. */
  #touch(name) {
    this.#forgetClients();
    const client = this.#clients.get(name);
    if (!client) return void 0;
    client.touchedAt = this.#now();
    this.#clients.delete(name);
    this.#clients.set(name, client);
    return client;
  }
  #forgetClients() {
    const since = this.#now() - this.#options.clientTtl;
    for (const [name, { touchedAt }] of this.#clients) {
      if (touchedAt > since) break;
      this.#clients.delete(name);
    }
    dropOldest(this.#clients, this.#options.maxClients);
  }
}
function dropOldest(map, max) {
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}

class MemoryStore {
  #tables;
  #bus = new Bus();
  /** Throws `OptionError`. */
  constructor(options = {}) {
    checkOptions(options, {
      maxEntries: isLimit(1),
      maxBytes: isLimit(1),
      maxAge: isLimit(1),
      maxChannels: isLimit(1),
      totalBytes: isLimit(1),
      clientTtl: isLimit(1),
      maxClients: isLimit(1),
      maxCursors: isLimit(1),
      now: isFunction,
      id: isFunction
    });
    const { now = () => Date.now(), id = env.createEnv().id, ...limits } = options;
    this.#tables = new Tables(withDefaults(tablesDefaults, limits), now, id());
  }
  open(ask) {
    return Promise.resolve(this.#tables.open(ask));
  }
  append(ask) {
    return Promise.resolve(this.#tables.append(ask));
  }
  read(ask) {
    return Promise.resolve(this.#tables.read(ask));
  }
  cursor(ask) {
    return Promise.resolve(this.#tables.cursor(ask));
  }
  keep(ask) {
    this.#tables.keep(ask);
    return Promise.resolve();
  }
  forget(ask) {
    this.#tables.forget(ask);
    return Promise.resolve();
  }
  watch(onChange) {
    return this.#tables.watch(onChange);
  }
  /** As a bus between processes would: never before it has returned. */
  async notify(ask) {
    await Promise.resolve();
    this.#bus.notify(ask);
  }
  listen(node, onNote) {
    return this.#bus.listen(node, onNote);
  }
  close() {
    return Promise.resolve();
  }
}

const isSecret = [
  "a string or bytes, 16 at least",
  (value) => (typeof value === "string" || value instanceof Uint8Array) && value.length >= 16
];
const isOrigins = [
  "'*' or a list of origins such as 'https://example.com', without a path",
  (value) => value === "*" || Array.isArray(value) && value.every(isOrigin)
];
const isOrigin = (value) => typeof value === "string" && (value === "*" || value === "null" || /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/.test(value));
function settle(given) {
  checkOptions(given, {
    store: hasMethods("a store", "open", "append", "read", "cursor", "keep", "forget", "watch", "close"),
    authenticate: orAbsent(isFunction),
    authorize: orAbsent(isFunction),
    secret: isSecret,
    ticketTtl: isTime(1),
    allowedOrigins: orAbsent(isOrigins),
    idle: isTime(100),
    helloTimeout: isTime(1),
    authenticateTimeout: isTime(1),
    callTimeout: isTime(1),
    maxPacket: isWhole$1(65536, 2 ** 30),
    maxBuffered: isLimit(1024),
    keepAlive: isTime(100),
    pollHold: isTime(0),
    pollGrace: isTime(100),
    linkTtl: isTime(1e3),
    window: isWhole$1(1),
    pushWindow: isWhole$1(1),
    maxSubscriptions: isWhole$1(1),
    maxLinks: isLimit(1),
    perMessageDeflate: isBoolean,
    log: hasMethods("a logger with debug, info, warn and error", "debug", "info", "warn", "error"),
    env: hasMethods("now, timer, random, id and defer", "now", "timer", "random", "id", "defer")
  });
  return withDefaults(defaults(given), given);
}
function defaults({ store }) {
  const { idle, helloTimeout, callTimeout, maxPacket, window, pushWindow, maxSubscriptions, maxLinks } = serverDefaults;
  return {
    ...{ idle, helloTimeout, callTimeout, maxPacket, window, pushWindow, maxSubscriptions, maxLinks },
    store: store ?? new MemoryStore(),
    authenticate: void 0,
    authorize: void 0,
    secret: node_crypto.randomBytes(32),
    ticketTtl: 864e5,
    allowedOrigins: void 0,
    authenticateTimeout: 1e4,
    maxBuffered: 2 ** 24,
    keepAlive: 15e3,
    pollHold: 25e3,
    pollGrace: 3e4,
    linkTtl: 36e5,
    perMessageDeflate: false,
    log: silent,
    env: env.createEnv()
  };
}

const CLOSING = 5e3;
const REASON = 123;
class Sockets {
  #options;
  #env;
  #log;
  #feed;
  #server;
  #links = /* @__PURE__ */ new Map();
  /** Every socket not yet closed, those that the core has let go included. */
  #open = /* @__PURE__ */ new Set();
  #batches;
  #number;
  #onEmpty;
  /** @param number the next link's number. */
  constructor(options, env, log, feed, number) {
    this.#options = options;
    this.#number = number;
    this.#batches = new Batches(env, (socket, frames) => this.#send(socket, frames));
    this.#env = env;
    this.#log = log;
    this.#feed = feed;
    this.#server = new ws.WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.maxPacket,
      perMessageDeflate: options.perMessageDeflate,
      handleProtocols: (offered) => offered.has(codec.SUBPROTOCOL) && codec.SUBPROTOCOL
    });
  }
  /** Ends the handshake: from here on it is a link. */
  accept(request, stream, head, user) {
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#take(socket, user));
  }
  /** Resolves when every socket is closed. */
  empty() {
    if (!this.#open.size) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty = resolve);
  }
  write({ link, frames }) {
    const socket = this.#links.get(link);
    if (socket) this.#batches.add(socket, frames);
  }
  close({ link, code, reason }) {
    const socket = this.#links.get(link);
    if (!socket) return;
    this.#batches.flush(socket);
    this.#links.delete(link);
    socket.close(
      code,
      Buffer.from(reason).subarray(0, REASON).toString().replace(/\uFFFD$/, "")
    );
    const cancel = this.#env.timer(() => socket.terminate(), CLOSING);
    socket.once("close", cancel);
  }
  #take(socket, user) {
    const number = this.#number();
    this.#links.set(number, socket);
    this.#open.add(socket);
    socket.on("message", (data, isBinary) => {
      if (this.#links.has(number)) this.#receive(number, data, isBinary);
    });
    socket.on("error", (err) => this.#log.debug({ link: number, err }, "socket error"));
    socket.on("close", (code) => this.#closed(number, socket, code));
    this.#feed({ on: "opened", link: number, user });
  }
  #closed(number, socket, code) {
    this.#links.delete(number);
    this.#open.delete(socket);
    this.#log.debug({ link: number, code }, "closed");
    this.#feed({ on: "closed", link: number });
    if (!this.#open.size) this.#onEmpty?.();
  }
  #receive(link, data, isBinary) {
    const bytes = data;
    const packet = isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.toString();
    this.#feed(inputOf(link, packet));
  }
  #send(socket, frames) {
    if (socket.readyState !== ws.WebSocket.OPEN) return;
    for (const packet of codec.serverCodec.encode(frames, PACKET)) socket.send(packet);
    if (socket.bufferedAmount > this.#options.maxBuffered) socket.terminate();
  }
}

function createTickets(secret, ttl, wall) {
  const { sign, verify } = createSigner(secret, "", wall);
  return {
    sign: ({ client, user }) => sign({ client, user, exp: wall() + ttl }),
    verify(ticket) {
      const said = verify(ticket);
      return said && { client: said.client, user: said.user };
    }
  };
}
function createLinkTickets(secret, ttl, wall) {
  const { sign, verify } = createSigner(secret, "link.", wall);
  return {
    issue({ node, link, user }) {
      const exp = wall() + ttl;
      return { ticket: sign({ node, link, user, exp }), exp };
    },
    verify,
    renewIn: ({ exp }) => exp - ttl / 2 - wall()
  };
}
function createSigner(secret, purpose, wall) {
  const mac = (payload) => node_crypto.createHmac("sha256", secret).update(purpose + payload).digest();
  return {
    sign: (said) => {
      const payload = Buffer.from(JSON.stringify(said)).toString("base64url");
      return `${payload}.${mac(payload).toString("base64url")}`;
    },
    verify: (ticket) => {
      const [payload = "", signature = "", ...rest] = ticket.split(".");
      const expected = mac(payload);
      const given = Buffer.from(signature, "base64url");
      if (rest.length || given.length !== expected.length || !node_crypto.timingSafeEqual(given, expected)) return void 0;
      const said = JSON.parse(Buffer.from(payload, "base64url").toString());
      return wall() < said.exp ? said : void 0;
    }
  };
}

function createServer(options = {}) {
  return new Running(settle(options), options.store === void 0);
}
class Running {
  #settings;
  #ownsStore;
  #machine;
  #feed;
  #asked;
  #links;
  #carriers;
  #relay;
  #gate;
  #door;
  #unwatch;
  #onDrained = () => void 0;
  #closing;
  constructor(settings, ownsStore) {
    const { env, log, store } = settings;
    this.#settings = settings;
    this.#ownsStore = ownsStore;
    this.#machine = new Server(coreOptions(settings));
    this.#asked = askedOf(settings);
    this.#feed = run.run(this.#machine, env, (output) => this.#perform(output));
    const number = upwards();
    const sockets = new Sockets(settings, env, log, this.#feed, number);
    this.#links = new HttpLinks(settings, env, log, this.#feed, number);
    this.#carriers = [sockets, this.#links];
    this.#gate = new Gate(settings);
    const node = env.id();
    this.#relay = new Relay({ node, store, local: this.#links, env, log });
    this.#door = new Door(settings, this.#gate, sockets, this.#rungs(node));
    this.#unwatch = store.watch((change) => this.#feed({ on: "changed", change }));
  }
  #rungs(node) {
    const { secret, linkTtl } = this.#settings;
    return new Rungs(this.#settings, {
      node,
      gate: this.#gate,
      links: this.#links,
      tickets: createLinkTickets(secret, linkTtl, wall),
      deskOf: (name) => this.#relay.deskOf(name)
    });
  }
  get links() {
    return this.#machine.links;
  }
  attach(httpServer, options) {
    this.#door.attach(httpServer, options);
    return this;
  }
  close({ after = 1e3, spread = 4e3 } = {}) {
    checkOptions({ after, spread }, { after: isTime(0), spread: isTime(0) });
    this.#closing ??= this.#drain(after, spread);
    return this.#closing;
  }
  async #drain(after, spread) {
    this.#gate.close(Math.ceil((after + spread) / 1e3));
    const drained = new Promise((resolve) => this.#onDrained = resolve);
    this.#feed({ on: "drain", after, spread });
    await drained;
    await Promise.all(this.#carriers.map((carrier) => carrier.empty()));
    this.#relay.stop();
    await this.#door.leave();
    this.#links.stop();
    this.#unwatch();
    if (this.#ownsStore) await this.#settings.store.close();
  }
  #perform(output) {
    switch (output.do) {
      case "write":
        for (const carrier of this.#carriers) carrier.write(output);
        break;
      case "close":
        for (const carrier of this.#carriers) carrier.close(output);
        break;
      case "call":
        this.#call(output.op, output.request);
        break;
      case "log":
        this.#settings.log[output.level](output.fields, output.event);
        break;
      case "drained":
        this.#onDrained();
        break;
      default:
        assertNever(output);
    }
  }
  #call(op, request) {
    perform$1(request, this.#asked).then(
      (result) => this.#feed({ on: "done", op, result }),
      (error) => this.#feed({ on: "failed", op, error })
    );
  }
}
function upwards() {
  let count = 0;
  return () => ++count;
}
const wall = () => Date.now();
function coreOptions({ secret, ticketTtl, authorize, ...settings }) {
  const tickets = createTickets(secret, ticketTtl, wall);
  return { ...serverDefaults, ...settings, ...tickets, guarded: authorize !== void 0, wall };
}
function askedOf({ store, authorize }) {
  return {
    open: (ask) => store.open(ask),
    append: (ask) => store.append(ask),
    read: (ask) => store.read(ask),
    cursor: (ask) => store.cursor(ask),
    keep: (ask) => store.keep(ask),
    forget: (ask) => store.forget(ask),
    authorize: async ({ user, action, ch }) => authorize === void 0 || await authorize({ user, action, channel: ch })
  };
}

exports.FrameError = run.FrameError;
exports.HoldfastError = run.HoldfastError;
exports.OptionError = run.OptionError;
exports.AuthError = AuthError;
exports.MemoryStore = MemoryStore;
exports.createServer = createServer;
//# sourceMappingURL=server.cjs.map
