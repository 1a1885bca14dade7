'use strict';

var codec = require('./shared/codec.cjs');
var run = require('./shared/run.cjs');
var node_http = require('node:http');
var node_crypto = require('node:crypto');
var ws = require('ws');

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
        codec.assertNever(input);
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
      else if (stage.is === "new") peer.fault(run.Close.badFrame, "no-hello", "the first frame of a link is hello");
      else if (frame.t === "ping") ping = frame.id;
      else this.#obey(peer, this.#sessions.of(peer), frame);
    }
    const session = this.#sessions.of(peer);
    session?.flush();
    if (session && ping !== void 0) this.#beat("pong", ping, peer);
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
        codec.assertNever(frame);
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

async function perform(request, asked) {
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
      return codec.assertNever(request);
  }
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

const isNumber = (value, least) => typeof value === "number" && value >= least;
const isWhole = (least, most = Number.MAX_SAFE_INTEGER) => [
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

async function answerPlain(request, response, to) {
  response.setHeader("cache-control", "no-store");
  response.setHeader("vary", "origin");
  if (!isOriginAllowed(request, to.allowedOrigins)) {
    end(response, 403, "origin not allowed");
    return;
  }
  if (request.headers.origin) response.setHeader("access-control-allow-origin", request.headers.origin);
  response.setHeader("access-control-allow-headers", "authorization");
  response.setHeader("access-control-expose-headers", "retry-after");
  if (request.method === "OPTIONS") end(response, 204, "");
  else if (request.method !== "GET" && request.method !== "HEAD") end(response, 405, "GET only", { allow: "GET" });
  else await answerGet(request, response, to);
}
async function answerGet(request, response, to) {
  const after = to.retryAfter();
  if (after !== void 0) {
    end(response, 503, "going down", { "retry-after": String(after) });
    return;
  }
  const admission = await to.admit(request);
  if (admission.is === "user") end(response, 426, "this is a WebSocket", { upgrade: "websocket" });
  else end(response, admission.status, "refused", extraHeaders(admission.status));
}
function extraHeaders(status, retryAfter = 1) {
  if (status === 401) return { "www-authenticate": "Bearer" };
  return status === 503 ? { "retry-after": String(retryAfter) } : {};
}
function end(response, status, text, headers = {}) {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(text && `${text}
`);
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
class Door {
  #settings;
  #sockets;
  #leaves = [];
  /** Seconds until it may open again; absent while it is open. */
  #closedFor;
  constructor(settings, sockets) {
    this.#settings = settings;
    this.#sockets = sockets;
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
    const leave = takeRequests(http, path, (request, response) => void this.#plain(request, response));
    this.#leaves.push(leave, () => http.off("upgrade", onUpgrade));
  }
  /** Nobody comes in any more. */
  close(seconds) {
    this.#closedFor = seconds;
  }
  /** Lets go of every HTTP server. */
  leave() {
    for (const leave of this.#leaves.splice(0)) leave();
  }
  async #upgrade(request, stream, head) {
    const ignore = () => void 0;
    stream.on("error", ignore);
    const status = await this.#judge(request);
    if (typeof status === "number") {
      this.#settings.log.info({ status }, "upgrade refused");
      refuse(stream, status, this.#closedFor);
    } else if (!stream.destroyed) {
      stream.off("error", ignore);
      this.#sockets.accept(request, stream, head, status.user);
    }
  }
  async #judge(request) {
    if (this.#closedFor !== void 0) return 503;
    if (!isOriginAllowed(request, this.#settings.allowedOrigins)) return 403;
    const admission = await this.#admit(request);
    if (admission.is === "refused") return admission.status;
    return this.#isClosed() ? 503 : admission;
  }
  #isClosed() {
    return this.#closedFor !== void 0;
  }
  #plain(request, response) {
    return answerPlain(request, response, {
      allowedOrigins: this.#settings.allowedOrigins,
      retryAfter: () => this.#closedFor,
      admit: (one) => this.#admit(one)
    });
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

const nothing = () => void 0;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

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
    const { now = () => Date.now(), id = run.createEnv().id, ...limits } = options;
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
    maxPacket: isWhole(65536, 2 ** 30),
    maxBuffered: isLimit(1024),
    window: isWhole(1),
    pushWindow: isWhole(1),
    maxSubscriptions: isWhole(1),
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
    perMessageDeflate: false,
    log: silent,
    env: run.createEnv()
  };
}

const PACKET = 2 ** 18;
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
  #dirty = /* @__PURE__ */ new Set();
  #count = 0;
  #onEmpty;
  constructor(options, env, log, feed) {
    this.#options = options;
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
  write({ link: number, frames }) {
    const link = this.#links.get(number);
    if (!link) return;
    link.frames.push(...frames);
    if (!this.#dirty.size) this.#env.defer(() => this.#flushAll());
    this.#dirty.add(link);
  }
  close({ link: number, code, reason }) {
    const link = this.#links.get(number);
    if (!link) return;
    this.#flush(link);
    this.#links.delete(number);
    link.socket.close(
      code,
      Buffer.from(reason).subarray(0, REASON).toString().replace(/\uFFFD$/, "")
    );
    const cancel = this.#env.timer(() => link.socket.terminate(), CLOSING);
    link.socket.once("close", cancel);
  }
  #take(socket, user) {
    const number = ++this.#count;
    this.#links.set(number, { socket, frames: [] });
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
    try {
      const packet = isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.toString();
      this.#feed({ on: "frames", link, frames: codec.serverCodec.decode(packet) });
    } catch (error) {
      if (!(error instanceof run.FrameError)) throw error;
      this.#feed({ on: "broken", link, error });
    }
  }
  #flushAll() {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const link of dirty) this.#flush(link);
  }
  #flush(link) {
    const { socket, frames } = link;
    if (!frames.length) return;
    link.frames = [];
    if (socket.readyState !== ws.WebSocket.OPEN) return;
    for (const packet of codec.serverCodec.encode(frames, PACKET)) socket.send(packet);
    if (socket.bufferedAmount > this.#options.maxBuffered) socket.terminate();
  }
}

function createTickets(secret, ttl, wall) {
  const mac = (payload) => node_crypto.createHmac("sha256", secret).update(payload).digest();
  function verify(ticket) {
    const [payload = "", signature = "", ...rest] = ticket.split(".");
    const expected = mac(payload);
    const given = Buffer.from(signature, "base64url");
    if (rest.length || given.length !== expected.length || !node_crypto.timingSafeEqual(given, expected)) return void 0;
    const { client, user, exp } = JSON.parse(Buffer.from(payload, "base64url").toString());
    return wall() < exp ? { client, user } : void 0;
  }
  return {
    sign({ client, user }) {
      const payload = Buffer.from(JSON.stringify({ client, user, exp: wall() + ttl })).toString("base64url");
      return `${payload}.${mac(payload).toString("base64url")}`;
    },
    verify
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
  #sockets;
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
    this.#sockets = new Sockets(settings, env, log, this.#feed);
    this.#door = new Door(settings, this.#sockets);
    this.#unwatch = store.watch((change) => this.#feed({ on: "changed", change }));
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
    this.#door.close(Math.ceil((after + spread) / 1e3));
    const drained = new Promise((resolve) => this.#onDrained = resolve);
    this.#feed({ on: "drain", after, spread });
    await drained;
    await this.#sockets.empty();
    this.#door.leave();
    this.#unwatch();
    if (this.#ownsStore) await this.#settings.store.close();
  }
  #perform(output) {
    switch (output.do) {
      case "write":
        this.#sockets.write(output);
        break;
      case "close":
        this.#sockets.close(output);
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
        codec.assertNever(output);
    }
  }
  #call(op, request) {
    perform(request, this.#asked).then(
      (result) => this.#feed({ on: "done", op, result }),
      (error) => this.#feed({ on: "failed", op, error })
    );
  }
}
function coreOptions({ secret, ticketTtl, authorize, ...settings }) {
  const wall = () => Date.now();
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
