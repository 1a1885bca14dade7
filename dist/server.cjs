'use strict';

var codec = require('./shared/codec.cjs');
var run = require('./shared/run.cjs');
var node_http = require('node:http');
var node_net = require('node:net');
var promClient = require('prom-client');
var node_crypto = require('node:crypto');
var env = require('./shared/env.cjs');
var ws = require('ws');
var node_path = require('node:path');
var node_fs = require('node:fs');
var node_url = require('node:url');

const RETRY = 1e3;

const BATCH$1 = 1e3;
class Devices {
  #effects;
  #options;
  #known = /* @__PURE__ */ new Map();
  /** Those without a link, and when each is taken to be gone: the first to go stands first. */
  #leaving = /* @__PURE__ */ new Map();
  /** Those who did not come back; forgotten as soon as the store was told. */
  #gone = /* @__PURE__ */ new Set();
  /** What the store is to be told of. */
  #untold = /* @__PURE__ */ new Set();
  /** When to tell it; nothing is told while the store still works on what was told before. */
  #tellAt = Infinity;
  #telling = false;
  #roundAt = Infinity;
  constructor(effects, options) {
    this.#effects = effects;
    this.#options = options;
  }
  get size() {
    return this.#known.size;
  }
  get deadline() {
    const [goneAt = Infinity] = this.#leaving.values();
    return Math.min(this.#roundAt, goneAt, this.#telling ? Infinity : this.#tellAt);
  }
  /** It has said hello, or says it again on another link. */
  come(peer, client) {
    const { seenAt = 0 } = this.#known.get(client) ?? {};
    this.#known.set(client, { user: peer.user, peer, away: false, seenAt });
    this.#leaving.delete(client);
    this.#gone.delete(client);
    this.#roundAt = Math.min(this.#roundAt, this.#effects.now + this.#options.presenceEvery);
    this.#change(client);
  }
  /** Its link is gone. It has some time to come back before anybody is told. */
  lose(peer, client) {
    if (this.#known.get(client)?.peer === peer)
      this.#leaving.set(client, this.#effects.now + this.#options.presenceGrace);
  }
  /** It has left for good: the store forgets it. */
  forget(client) {
    this.#known.delete(client);
    this.#leaving.delete(client);
    this.#gone.delete(client);
    this.#untold.delete(client);
  }
  /** This node goes down. Those who do not turn up elsewhere are missed there before long. */
  clear() {
    for (const all of [this.#known, this.#leaving, this.#gone, this.#untold]) all.clear();
    this.#tellAt = this.#roundAt = Infinity;
  }
  /** Somebody looks at it, or nobody does. */
  look(client, away) {
    const known = this.#known.get(client);
    if (!known || known.away === away) return;
    known.away = away;
    this.#change(client);
  }
  tick(now) {
    for (const [client, goneAt] of this.#leaving) {
      if (now < goneAt) break;
      this.#leaving.delete(client);
      this.#gone.add(client);
      this.#change(client);
    }
    if (now >= this.#roundAt) {
      for (const client of this.#known.keys()) this.#untold.add(client);
      this.#roundAt = this.#known.size ? now + this.#options.presenceEvery : Infinity;
      this.#tellAt = now;
    }
  }
  /** Tells the store what is due, unless it still works on what it was told before. */
  flush() {
    if (this.#effects.now >= this.#tellAt) this.#tell();
  }
  #change(client) {
    this.#untold.add(client);
    this.#tellAt = this.#effects.now;
  }
  #tell() {
    if (this.#telling) return;
    const clients = [...this.#untold].slice(0, BATCH$1);
    const devices = clients.flatMap((client) => this.#device(client));
    for (const client of clients) this.#untold.delete(client);
    this.#tellAt = this.#untold.size ? this.#effects.now : Infinity;
    if (!devices.length) return;
    this.#telling = true;
    this.#effects.call("seen", { devices }, (answer) => {
      this.#telling = false;
      if (answer.is === "failed") {
        for (const { client } of devices) if (this.#known.has(client)) this.#untold.add(client);
        this.#tellAt = this.#effects.now + RETRY;
      } else for (const { client, presence } of devices) if (presence === "offline") this.#settle(client);
    });
  }
  /** The store knows that it is gone; it may have come back meanwhile. */
  #settle(client) {
    if (this.#gone.delete(client)) this.#known.delete(client);
    if (!this.#known.size) this.#roundAt = Infinity;
  }
  #device(client) {
    const known = this.#known.get(client);
    if (!known) return [];
    const { user, peer, away } = known;
    const presence = this.#gone.has(client) ? "offline" : away ? "away" : "online";
    const seenAt = Math.round(this.#options.wall() - (this.#effects.now - peer.heardAt));
    known.seenAt = Math.max(known.seenAt, seenAt);
    return [{ client, user, presence, seenAt: known.seenAt }];
  }
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

const NOTE_DELAY = 100;
class Notes {
  /** By link; the one that waits longest stands first. */
  #waiting = /* @__PURE__ */ new Map();
  /** When somebody has waited long enough. */
  get deadline() {
    for (const { until } of this.#waiting.values()) return until;
    return Infinity;
  }
  add(link, note, now) {
    const waiting = this.#waiting.get(link) ?? { until: now + NOTE_DELAY, notes: /* @__PURE__ */ new Map() };
    waiting.notes.set(note.ch, note);
    this.#waiting.set(link, waiting);
  }
  /** Hands out what waits for this link. */
  take(link) {
    const waiting = this.#waiting.get(link);
    this.#waiting.delete(link);
    return waiting?.notes.values() ?? [];
  }
  /** The links that have waited long enough. */
  due(now) {
    const links = [];
    for (const [link, { until }] of this.#waiting) {
      if (until > now) break;
      links.push(link);
    }
    return links;
  }
}

class Effects {
  /** The time of the input now handled. */
  now = 0;
  /** Whose input is now handled: a link's, or 0, nobody's. */
  #link = 0;
  #frames = /* @__PURE__ */ new Map();
  #notes = new Notes();
  #others = [];
  #ops = 0;
  #calls = /* @__PURE__ */ new Map();
  /** Calls under way by link. */
  #under = /* @__PURE__ */ new Map();
  /** What does not answer at present: each outage is logged once. */
  #outages = /* @__PURE__ */ new Set();
  /** Calls under way. */
  get pending() {
    return this.#calls.size;
  }
  /** Calls under way that this link has caused, by itself or by what it had asked before. */
  under(link) {
    return this.#under.get(link) ?? 0;
  }
  begin(now, link) {
    this.now = now;
    this.#link = link;
  }
  /** Frames for one link leave together. */
  write(link, frame) {
    const frames = this.#frames.get(link);
    if (frames) frames.push(frame);
    else this.#frames.set(link, [frame]);
  }
  /** Not at once: with the next frames of this link, or after a while. */
  note(link, frame) {
    this.#notes.add(link, frame, this.now);
  }
  /** When to `tick`. */
  get deadline() {
    return this.#notes.deadline;
  }
  tick(now) {
    for (const link of this.#notes.due(now)) this.#frames.set(link, this.#frames.get(link) ?? []);
  }
  /** Nothing is written to this link any more, but for what is gathered. */
  forget(link) {
    this.#notes.take(link);
  }
  close(link, code, reason) {
    this.#others.push({ do: "close", link, code, reason });
  }
  log(level, event, fields) {
    this.#others.push({ do: "log", level, event, fields });
  }
  follow(ch, wanted) {
    this.#others.push({ do: "follow", ch, wanted });
  }
  drained() {
    this.#others.push({ do: "drained" });
  }
  call(call, ask, then) {
    const op = ++this.#ops;
    this.#calls.set(op, { name: call, at: this.now, link: this.#link, then });
    if (this.#link) this.#under.set(this.#link, this.under(this.#link) + 1);
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
    for (const [link, frames] of this.#frames)
      outputs.push({ do: "write", link, frames: [...frames, ...this.#notes.take(link)] });
    outputs.push(...this.#others);
    this.#frames = /* @__PURE__ */ new Map();
    this.#others = [];
    return outputs;
  }
  #end(op) {
    const call = this.#calls.get(op);
    this.#calls.delete(op);
    if (!call) return void 0;
    const { link } = call;
    this.#link = link;
    if (this.under(link) > 1) this.#under.set(link, this.under(link) - 1);
    else this.#under.delete(link);
    return call;
  }
}
const outageOf = ({ name }) => name === "authorize" || name === "review" ? name : "store";

class Feed {
  state = { is: "live" };
  epoch = "";
  /** The offset to push next. */
  next = 1;
  /** What the client calls this subscription; what it said of earlier ones, with lower numbers, may come after it. */
  id = 0;
  peer;
  client;
  ch;
  #effects;
  #options;
  /** The first offset of this position: from there on nothing is missing. */
  #since = 1;
  /** Sizes of what is pushed and not received. */
  #unreceived = [];
  #bytes = 0;
  #saving = "no";
  /** The store has the position up to here. */
  #kept = 0;
  #onUnkept;
  /** @param onUnkept the store did not take the position: `keep` it again, later. */
  constructor(peer, client, ch, effects, options, onUnkept) {
    this.peer = peer;
    this.client = client;
    this.ch = ch;
    this.#effects = effects;
    this.#options = options;
    this.#onUnkept = onUnkept;
  }
  /** The client has everything before this offset. */
  get received() {
    return this.next - this.#unreceived.length - 1;
  }
  /** Whether one more may be pushed; one always may. */
  get room() {
    return this.#unreceived.length < this.#options.pushWindow && this.#bytes < this.#options.pushBytes;
  }
  /** Takes a position and tells of it. Who follows is a member, and has all that it need not be told again. */
  place({ epoch, next, since = next, lost }) {
    this.epoch = epoch;
    this.next = next;
    this.#since = Math.min(since, next);
    this.#kept = 0;
    this.#unreceived = [];
    this.#bytes = 0;
    const { ch, id } = this;
    this.peer.tell({ t: "subscribed", ch, epoch, next, ...lost && { lost }, ...id && { id } });
    this.keep();
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
    if (count <= 0) {
      if (this.received > this.#kept) this.keep();
      else this.#note();
      return false;
    }
    for (const bytes of this.#unreceived.splice(0, count)) this.#bytes -= bytes;
    this.keep();
    const { pushWindow, pushBytes } = this.#options;
    return this.#unreceived.length <= pushWindow / 2 && this.#bytes <= pushBytes / 2;
  }
  /** Asks where this client was last. */
  cursor(then) {
    this.#effects.call("cursor", { client: this.client, ch: this.ch }, then);
  }
  /** One save at a time, the latest position only. The client hears what is kept for good. */
  keep() {
    if (this.#saving !== "no") {
      this.#saving = "again";
      return;
    }
    this.#saving = "yes";
    const { ch, id, epoch, received: offset } = this;
    const cursor = { epoch, since: this.#since, offset, time: this.#options.wall() };
    this.#effects.call("keep", { client: this.client, ch, cursor }, (answer) => {
      const again = this.#saving === "again";
      this.#saving = "no";
      if (this.state.is === "gone") return;
      if (answer.is === "failed") this.#onUnkept(this);
      else if (epoch === this.epoch && id === this.id) {
        this.#kept = offset;
        this.#note();
      }
      if (again && answer.is === "known") this.keep();
    });
  }
  /** There is nothing to say of a position from which nothing was received. */
  #note() {
    const { ch, id } = this;
    if (this.#kept >= this.#since) this.peer.note({ t: "noted", ch, offset: this.#kept, ...id && { id } });
  }
}

class Parcels {
  #made = /* @__PURE__ */ new WeakMap();
  of(ch, entry) {
    let parcel = this.#made.get(entry);
    if (!parcel) {
      const { offset, id, from, time, body } = entry;
      parcel = { frame: { t: "message", ch, offset, id, from, time, body }, bytes: codec.sizeOf(body) };
      this.#made.set(entry, parcel);
    }
    return parcel;
  }
}

function locate({ from, epoch, since }, log) {
  if (from === "now") return { epoch: log.epoch, next: log.next };
  if (typeof from === "string") return { epoch: log.epoch, next: log.oldest };
  const first = Math.max(1, from);
  if (epoch !== void 0 && epoch !== log.epoch)
    return { epoch: log.epoch, next: log.oldest, lost: [first, Math.max(first, log.oldest)] };
  if (first < log.oldest) return { epoch: log.epoch, next: log.oldest, lost: [first, log.oldest] };
  if (first > log.next) return { epoch: log.epoch, next: log.next, lost: [log.next, first] };
  return { epoch: log.epoch, next: first, ...epoch !== void 0 && since !== void 0 && { since } };
}

class Retries {
  /** When to `take`. */
  deadline = Infinity;
  /** Those that could not be placed, or read on. */
  #stalled = /* @__PURE__ */ new Set();
  /** Those of which the store does not have how far they are. */
  #unkept = /* @__PURE__ */ new Set();
  /** Channels in which something may have been missed. */
  #unsure = /* @__PURE__ */ new Set();
  #effects;
  constructor(effects) {
    this.#effects = effects;
  }
  stalled(feed) {
    this.#stalled.add(feed);
    this.#wait();
  }
  unkept(feed) {
    this.#unkept.add(feed);
    this.#wait();
  }
  unsure(ch) {
    this.#unsure.add(ch);
    this.#wait();
  }
  /** It is gone. */
  drop(feed) {
    this.#stalled.delete(feed);
    this.#unkept.delete(feed);
  }
  /** All of it, for another try. */
  take() {
    const due = { stalled: this.#stalled, unkept: this.#unkept, unsure: this.#unsure };
    this.#stalled = /* @__PURE__ */ new Set();
    this.#unkept = /* @__PURE__ */ new Set();
    this.#unsure = /* @__PURE__ */ new Set();
    this.deadline = Infinity;
    return due;
  }
  #wait() {
    this.deadline = Math.min(this.deadline, this.#effects.now + RETRY);
  }
}

class Topic {
  feeds = /* @__PURE__ */ new Set();
  /** Reads under way, by the first offset asked for, and who waits for each. */
  #reads = /* @__PURE__ */ new Map();
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
  /** No entry that this node ever heard of has this offset. */
  isBeyond({ epoch }, offset) {
    return this.#next > 0 && epoch === this.#epoch && offset >= this.#next;
  }
  /** A read of the same position is shared by all who wait for it: the first of them asks. */
  read(from, receive, ask) {
    const waiting = this.#reads.get(from);
    if (waiting) {
      waiting.push(receive);
      return;
    }
    const all = [receive];
    this.#reads.set(from, all);
    ask((answer) => {
      this.#reads.delete(from);
      for (const one of all) one(answer);
    });
  }
  /** One batch is over. Says whether the waiting is, too. */
  waited() {
    if (this.patience) this.patience--;
    return !this.patience;
  }
}

class Topics {
  #follows;
  #topics = /* @__PURE__ */ new Map();
  /** Batches under way into each channel, followed or not. */
  #writing = /* @__PURE__ */ new Map();
  constructor(follows) {
    this.#follows = follows;
  }
  get size() {
    return this.#topics.size + this.#writing.size;
  }
  get(ch) {
    return this.#topics.get(ch);
  }
  /** That of a channel with readers; it begins with the first of them. */
  of(ch) {
    let topic = this.#topics.get(ch);
    if (!topic) {
      this.#topics.set(ch, topic = new Topic());
      this.#follows.begin(ch);
    }
    return topic;
  }
  drop(feed) {
    const topic = this.#topics.get(feed.ch);
    if (!topic?.feeds.delete(feed) || topic.feeds.size) return;
    this.#topics.delete(feed.ch);
    this.#follows.end(feed.ch);
  }
  /** Batches to wait for: they may be just what is told of. */
  writing(ch) {
    return this.#writing.get(ch) ?? 0;
  }
  expect(ch) {
    this.#writing.set(ch, this.writing(ch) + 1);
  }
  /** One batch is over. Gives the topic whose waiting that ends. */
  settle(ch) {
    const writing = this.writing(ch) - 1;
    if (writing > 0) this.#writing.set(ch, writing);
    else this.#writing.delete(ch);
    const topic = this.#topics.get(ch);
    return topic?.waited() ? topic : void 0;
  }
}

const PAGE$2 = 256;
class Feeds {
  #effects;
  #options;
  #topics;
  #peers = /* @__PURE__ */ new Map();
  #retries;
  #parcels = new Parcels();
  constructor(effects, options, follows) {
    this.#effects = effects;
    this.#options = options;
    this.#topics = new Topics(follows);
    this.#retries = new Retries(effects);
  }
  /** When to `retry`. */
  get deadline() {
    return this.#retries.deadline;
  }
  /** Channels followed or written to. */
  get size() {
    return this.#topics.size + this.#peers.size;
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
      const fresh = new Feed(peer, client, ch, this.#effects, this.#options, (one) => {
        this.#retries.unkept(one);
      });
      fresh.id = id;
      this.#peers.set(peer, feeds.set(ch, fresh));
      this.#topics.of(ch).feeds.add(fresh);
      this.#admit(fresh, wanted);
    }
  }
  /** It may have been followed by an earlier link. A failure is not answered: the client says it again. */
  unsubscribe(peer, client, { ch, id }) {
    const feed = this.#peers.get(peer)?.get(ch);
    const answer = () => {
      if (id !== void 0) peer.tell({ t: "unsubscribed", ch, id });
    };
    if (feed && (id ?? 0) < feed.id) {
      answer();
      return;
    }
    if (feed) this.#end(feed);
    this.#effects.call("leave", { client, ch }, ({ is }) => {
      if (is === "known") answer();
    });
  }
  /** The link is gone. */
  leave(peer) {
    for (const feed of this.#peers.get(peer)?.values() ?? []) this.#drop(feed);
    this.#peers.delete(peer);
  }
  receive(peer, { ch, offset, id = 0, epoch }) {
    const feed = this.#peers.get(peer)?.get(ch);
    if (feed?.id !== id || (epoch ?? feed.epoch) !== feed.epoch) return;
    if (this.#topics.of(ch).isBeyond(feed, offset)) peer.warn("bad-offset", `nothing has offset ${offset} yet`);
    else if (feed.receive(offset) && feed.state.is === "full") this.#advance(feed);
  }
  /** The last offset pushed, of each channel in which the client has not said that it has it. */
  heads(peer) {
    const feeds = [...this.#peers.get(peer)?.values() ?? []];
    const behind = feeds.filter(({ ch, next, received }) => received < next - 1 && ch !== "__proto__");
    return behind.length ? Object.fromEntries(behind.map(({ ch, next }) => [ch, next - 1])) : void 0;
  }
  changed(change) {
    const { ch } = change;
    const topic = this.#topics.get(ch);
    if (!topic) return;
    if (change.is === "unsure") this.#look(ch);
    if (change.is !== "grown") return;
    topic.note(change.epoch, change.next);
    topic.patience ||= this.#topics.writing(ch);
    if (!topic.patience) this.#catchUp(topic);
  }
  expect(channels) {
    for (const ch of channels) this.#topics.expect(ch);
  }
  settle(channels) {
    for (const ch of channels) {
      const topic = this.#topics.settle(ch);
      if (topic) this.#catchUp(topic);
    }
  }
  stored(ch, epoch, entry) {
    const topic = this.#topics.get(ch);
    if (!topic) return;
    topic.note(epoch, entry.offset + 1);
    for (const feed of topic.feeds) {
      if (feed.state.is !== "live" || feed.epoch !== epoch || feed.next !== entry.offset) continue;
      feed.push(this.#parcels.of(ch, entry));
      if (!feed.room) feed.state = { is: "full" };
    }
  }
  /** Tries again what the store failed to answer. */
  retry() {
    const { stalled, unkept, unsure } = this.#retries.take();
    for (const ch of unsure) this.#look(ch);
    for (const feed of unkept) feed.keep();
    for (const feed of stalled) {
      if (feed.state.is !== "stalled") continue;
      if (feed.state.wanted) this.#admit(feed, feed.state.wanted);
      else this.#advance(feed);
    }
  }
  /** Something may have been missed: where does the log end? */
  #look(ch) {
    this.#read(ch, 0, 0, (answer) => {
      const topic = this.#topics.get(ch);
      if (!topic) return;
      if (answer.is === "failed") this.#retries.unsure(ch);
      else {
        topic.note(answer.result.epoch, answer.result.next);
        this.#catchUp(topic);
      }
    });
  }
  #end(feed) {
    this.#peers.get(feed.peer)?.delete(feed.ch);
    this.#drop(feed);
  }
  #drop(feed) {
    feed.state = { is: "gone" };
    this.#retries.drop(feed);
    this.#topics.drop(feed);
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
    if (verdict === "yes") this.#locate(feed, wanted);
    else this.#deny(feed, wanted);
  }
  /** It may have been allowed before: who is told that it is not is no member. */
  #deny(feed, wanted) {
    const { peer, client, ch } = feed;
    const state = { is: "leaving" };
    feed.state = state;
    this.#effects.call("leave", { client, ch }, (answer) => {
      if (feed.state !== state) return;
      if (answer.is === "failed") {
        this.#stall(feed, wanted);
        return;
      }
      peer.tell({ t: "denied", ch, code: "forbidden", reason: "following this channel is not allowed" });
      this.#end(feed);
    });
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
      if (answer.is === "failed") this.#stall(feed, state.then ?? wanted);
      else if (answer.result) this.#place(feed, state, { from: answer.result.offset + 1, epoch: answer.result.epoch });
      else this.#place(feed, state, { from: "oldest" });
    });
  }
  #place(feed, state, wanted) {
    const from = typeof wanted.from === "number" ? wanted.from : 0;
    this.#read(feed.ch, from, wanted.from === "now" ? 0 : PAGE$2, (answer) => {
      if (feed.state !== state) return;
      if (state.then) this.#locate(feed, state.then);
      else if (answer.is === "failed") this.#stall(feed, wanted);
      else {
        this.#topics.of(feed.ch).note(answer.result.epoch, answer.result.next);
        feed.place(locate(wanted, answer.result));
        this.#fill(feed, answer.result);
        this.#advance(feed);
      }
    });
  }
  /** Sets a subscription at rest going, when it may go and there is where to go. */
  #advance(feed) {
    const topic = this.#topics.of(feed.ch);
    if (!feed.room) feed.state = { is: "full" };
    else if (topic.isBehind(feed)) this.#pull(feed, topic);
    else feed.state = { is: "live" };
  }
  #catchUp(topic) {
    for (const feed of topic.feeds) if (feed.state.is === "live") this.#advance(feed);
  }
  #pull(feed, topic) {
    const state = { is: "reading" };
    const from = feed.next;
    feed.state = state;
    const receive = (answer) => {
      if (feed.state === state) this.#deliver(feed, topic, answer);
    };
    topic.read(from, receive, (then) => this.#read(feed.ch, from, PAGE$2, then));
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
      if (entry.offset === feed.next) feed.push(this.#parcels.of(feed.ch, entry));
    }
  }
  #read(ch, from, limit, then) {
    this.#effects.call("read", { ch, from, limit, bytes: this.#options.pushBytes }, then);
  }
  #stall(feed, wanted) {
    feed.state = wanted ? { is: "stalled", wanted } : { is: "stalled" };
    this.#retries.stalled(feed);
  }
}

const FRAME = 64;
const VALUE = 16;
class Held {
  frames = [];
  /** Bytes, roughly. */
  bytes = 0;
  add(frames) {
    this.frames.push(...frames);
    this.bytes += weightOf(frames);
  }
}
function weightOf(frames) {
  let bytes = frames.length * FRAME;
  for (const frame of frames) for (const value of Object.values(frame)) bytes += weigh(value);
  return bytes;
}
function weigh(field) {
  let bytes = 0;
  const left = [field];
  while (left.length) {
    const value = left.pop();
    if (typeof value === "string" || value instanceof Uint8Array) bytes += value.length;
    else if (typeof value === "object" && value) for (const one of Object.values(value)) left.push(one);
    bytes += VALUE;
  }
  return bytes;
}

const MAX_FRAMES = 4096;
const MAX_HELD = 1048576;
const MAX_CALLS = 4096;
function floodOf(stage, frames, calls) {
  const held = "held" in stage ? stage.held : void 0;
  if (frames.length + (held?.frames.length ?? 0) > MAX_FRAMES) return `over ${MAX_FRAMES} frames at once`;
  if (calls > MAX_CALLS) return `over ${MAX_CALLS} questions to the store at once`;
  const isHeavy = held?.frames.length && held.bytes + weightOf(frames) > MAX_HELD;
  return isHeavy ? "too much before the answer to the hello" : void 0;
}

class Follows {
  #effects;
  #uses = /* @__PURE__ */ new Map();
  constructor(effects) {
    this.#effects = effects;
  }
  begin(ch) {
    const uses = this.#uses.get(ch) ?? 0;
    this.#uses.set(ch, uses + 1);
    if (!uses) this.#effects.follow(ch, true);
  }
  end(ch) {
    const uses = (this.#uses.get(ch) ?? 0) - 1;
    if (uses > 0) this.#uses.set(ch, uses);
    else if (this.#uses.delete(ch)) this.#effects.follow(ch, false);
  }
}

const PAGE$1 = 1e3;
const AT_ONCE$1 = 16;
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
    if (under >= AT_ONCE$1) {
      deny$1(peer, frame, "too-many", `${AT_ONCE$1} history requests at once are the most`);
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
    if (verdict === "no") deny$1(peer, frame, "forbidden", "reading this channel is not allowed");
    else deny$1(peer, frame, "unavailable", "the server cannot tell now; ask again later");
  }
  #read(peer, frame) {
    const { id, ch, from } = frame;
    const limit = Math.min(PAGE$1, Math.max(1, frame.limit));
    this.#effects.call("read", { ch, from, limit, bytes: this.#options.pushBytes }, (answer) => {
      this.#end(peer);
      if (answer.is === "failed") {
        deny$1(peer, frame, "unavailable", "the log cannot be read now; ask again later");
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
function deny$1(peer, { id, ch }, code, reason) {
  peer.tell({ t: "denied", ch, id, code, reason });
}

class Ledger {
  #feeds;
  #receipts;
  constructor(feeds, receipts) {
    this.#feeds = feeds;
    this.#receipts = receipts;
  }
  expect(channels) {
    this.#feeds.expect(channels);
  }
  settle(channels) {
    this.#feeds.settle(channels);
  }
  stored(place, entry, sender) {
    this.#feeds.stored(place.ch, place.epoch, entry);
    this.#receipts.placed(sender, place);
  }
  found(place, sender) {
    this.#receipts.placed(sender, place);
  }
}

const roundTime = ({ idle, helloTimeout }) => Math.max(1, Math.min(idle / 4, helloTimeout));
function inspect$1({ stage, heardAt }, { idle, helloTimeout }, now) {
  if (stage.is === "new") return now - stage.since >= helloTimeout ? "mute" : "well";
  if (stage.is === "waiting") return "well";
  const silence = now - heardAt;
  if (silence >= idle) return "dead";
  return silence >= idle / 2 ? "quiet" : "well";
}

const isInbox = (ch) => ch.startsWith("@");
const inboxOf = (user) => user ? `@${user}` : void 0;

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
    if (isPrivate(action, ch) && ch !== inboxOf(this.#user)) return "no";
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
const isPrivate = (action, ch) => isInbox(ch) && (action === "subscribe" || action === "history");

class Peer {
  stage;
  /** Last sign of life. */
  heardAt;
  /** Frames of receipts and presence told on this link. */
  news = 0;
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
  /** What can wait for company. */
  note(frame) {
    if (!this.gone) this.#effects.note(this.link, frame);
  }
  /** Names what is wrong and was not done. Nothing else is the matter. */
  warn(code, reason) {
    if (this.gone) return;
    this.#effects.log("info", "refused", { link: this.link, code });
    this.tell({ t: "error", code, reason });
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
    this.#effects.forget(this.link);
    this.#onGone(this);
  }
}

class Pace {
  /** When somebody is to be told. */
  deadline = Infinity;
  #effects;
  #every;
  #tell;
  #due = /* @__PURE__ */ new Set();
  /** @param every ms. @param tell says whether there was something to tell. */
  constructor(effects, every, tell) {
    this.#effects = effects;
    this.#every = every;
    this.#tell = tell;
  }
  /** There is something to tell it. */
  plan(one) {
    this.#due.add(one);
    this.deadline = Math.min(this.deadline, Math.max(one.freeAt, this.#effects.now));
  }
  /** It is to be told nothing more. */
  drop(one) {
    this.#due.delete(one);
    if (!this.#due.size) this.deadline = Infinity;
  }
  tick(now) {
    if (now < this.deadline) return;
    this.deadline = Infinity;
    for (const one of this.#due) {
      if (now < one.freeAt) this.plan(one);
      else {
        this.#due.delete(one);
        if (this.#tell(one)) one.freeAt = now + this.#every;
      }
    }
  }
}

function groupBy(all, keyOf) {
  const groups = /* @__PURE__ */ new Map();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

function firstFrom(list, wanted, numberOf) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = low + high >> 1;
    if (numberOf(list[middle]) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

const partyOf = ({ user, client }) => user ? `user ${user}` : `device ${client}`;
class Steps {
  #steps;
  constructor(size) {
    this.#steps = new Int32Array(size + 1);
  }
  raise([from, to], by = 1) {
    if (to <= from) return;
    this.#steps[from] = (this.#steps[from] ?? 0) + by;
    this.#steps[to] = (this.#steps[to] ?? 0) - by;
  }
  /** The number at each place, from the first on. */
  reader() {
    let [sum, at] = [0, 0];
    return () => sum += this.#steps[at++] ?? 0;
  }
}
function tally(offsets, epoch, members) {
  const size = offsets.length;
  const [count, of, awaited] = [new Steps(size), new Steps(size), new Steps(size)];
  const startOf = ({ cursor }) => cursor.epoch === epoch ? indexOf(offsets, cursor.since) : 0;
  const runOf = (member) => {
    const { cursor } = member;
    return cursor.epoch === epoch ? [startOf(member), indexOf(offsets, cursor.offset + 1)] : [0, 0];
  };
  for (const devices of groupBy(members, partyOf)) {
    const runs = union(devices.map(runOf));
    of.raise([Math.min(...devices.map(startOf)), size]);
    const there = Math.min(...devices.map((device) => device.shown === "offline" ? size : startOf(device)));
    awaited.raise([there, size]);
    for (const [from, to] of runs) {
      count.raise([from, to]);
      awaited.raise([Math.max(from, there), to], -1);
    }
  }
  const scores = zip(count, of, awaited, size);
  for (const [index, { client, user, cursor }] of latest(members, runOf, size))
    Object.assign(scores[index] ?? {}, { by: { client, user, time: cursor.time } });
  return scores;
}
const indexOf = (offsets, offset) => firstFrom(offsets, offset, (one) => one);
function union(ranges) {
  const merged = [];
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
function zip(count, of, awaited, size) {
  const [nextCount, nextOf, nextAwaited] = [count.reader(), of.reader(), awaited.reader()];
  return Array.from({ length: size }, () => ({ count: nextCount(), of: nextOf(), awaited: nextAwaited() }));
}
function latest(members, runOf, size) {
  const found = /* @__PURE__ */ new Map();
  const byTime = [...members].sort((a, b) => b.cursor.time - a.cursor.time);
  for (const member of byTime) {
    if (found.size >= size) break;
    const [from, to] = runOf(member);
    for (let at = from; at < to; at++) if (!found.has(at)) found.set(at, member);
  }
  return found;
}

const PLACES$1 = 1e3;
class Tracker {
  peer;
  ch;
  /** Not before this is anything told again: machine time. */
  freeAt = -Infinity;
  #client;
  #onChange;
  #roster;
  /** In the order of their numbers, and so of their offsets. */
  #places = [];
  constructor(peer, client, ch, onChange) {
    this.peer = peer;
    this.#client = client;
    this.ch = ch;
    this.#onChange = onChange;
  }
  begin(roster) {
    this.#roster = roster;
  }
  /** A message went there. It may be told of twice, and late. */
  add(place) {
    let at = this.#places.length;
    while (at && (this.#places[at - 1]?.seq ?? 0) >= place.seq) at--;
    if (this.#places[at]?.seq === place.seq) return;
    this.#places.splice(at, 0, { ...place });
    if (this.#places.length > PLACES$1) this.#places.shift();
    this.changed();
  }
  changed(news) {
    if (news && !news.log && news.clients.every((client) => client === this.#client)) return;
    if (this.#roster?.bounds && this.#places.length) this.#onChange(this);
  }
  /** What is to be told that was not told before. What all have, or nobody ever will, is done with. */
  news() {
    const list = [];
    const done = /* @__PURE__ */ new Set();
    const recipients = this.#recipients();
    for (const places of groupBy(this.#places, ({ epoch }) => epoch)) {
      const scores = tally(
        places.map(({ offset }) => offset),
        places[0]?.epoch ?? "",
        recipients
      );
      let last;
      places.forEach((place, at) => {
        const receipt = this.#receipt(place, scores[at]);
        if (receipt && (receipt.gone || receipt.count > 0 && receipt.count === receipt.of)) done.add(place);
        if (receipt && last && isSame(last, receipt)) last.to = place.seq;
        else if (receipt) list.push(receipt);
        if (!receipt || last?.to !== place.seq) last = receipt;
      });
    }
    this.#places = this.#places.filter((place) => !done.has(place));
    return list;
  }
  /** Its own devices are no recipients, except of what it writes to itself. */
  #recipients() {
    const { user } = this.peer;
    const own = this.ch === inboxOf(user);
    const { members, past } = this.#roster ?? {};
    const all = [...members?.values() ?? [], ...past ? [past] : []];
    return all.filter((member) => member.client !== this.#client && (own || !user || member.user !== user));
  }
  /** Nothing to tell while it is on its way to somebody who is there, or when it was told already. */
  #receipt(place, score) {
    const bounds = this.#roster?.bounds;
    if (!score || !bounds) return void 0;
    const { seq } = place;
    const { count, by, awaited } = score;
    const gone = !count && bounds.epoch === place.epoch && place.offset < bounds.oldest;
    if (!count && !gone && (awaited || bounds.epoch !== place.epoch)) return void 0;
    const of = isInbox(this.ch) ? Math.max(1, score.of) : score.of;
    const told = `${count} ${of} ${by?.client ?? ""} ${gone}`;
    if (told === place.told) return void 0;
    place.told = told;
    return { seq, to: seq, count, of, ...by && { by }, ...gone && { gone } };
  }
}
const isSame = (a, b) => a.count === b.count && a.of === b.of && a.gone === b.gone && a.by?.client === b.by?.client && a.by?.time === b.by?.time;

const CHANNELS = 256;
class Receipts {
  #effects;
  #rosters;
  #senders = /* @__PURE__ */ new Map();
  /** Those of which the store did not say where their messages went. */
  #unasked = /* @__PURE__ */ new Map();
  /** When the first of them is asked about. */
  #askAt = Infinity;
  #pace;
  constructor(effects, options, rosters) {
    this.#effects = effects;
    this.#rosters = rosters;
    this.#pace = new Pace(effects, options.newsEvery, tell);
  }
  /** When to `tick`. */
  get deadline() {
    return Math.min(this.#askAt, this.#pace.deadline);
  }
  get size() {
    return this.#senders.size;
  }
  /** Begins, or begins anew: all that is known is told once more. */
  track(peer, client, from) {
    this.leave(peer);
    const sender = { client, from, channels: /* @__PURE__ */ new Map(), askAt: this.#effects.now };
    this.#senders.set(peer, sender);
    this.#ask(peer, sender);
  }
  /** A message of this link went there. */
  placed(peer, place) {
    const sender = peer && this.#senders.get(peer);
    if (sender && place.seq >= sender.from) this.#add(peer, sender, [place]);
  }
  /** The link is gone. */
  leave(peer) {
    for (const tracker of this.#senders.get(peer)?.channels.values() ?? []) this.#drop(tracker);
    this.#senders.delete(peer);
    this.#unasked.delete(peer);
    if (!this.#unasked.size) this.#askAt = Infinity;
  }
  tick(now) {
    this.#pace.tick(now);
    if (now < this.#askAt) return;
    this.#askAt = Infinity;
    for (const [peer, sender] of this.#unasked) {
      if (now >= sender.askAt) this.#ask(peer, sender);
      else this.#wait(sender.askAt);
    }
  }
  #ask(peer, sender) {
    const { client, from } = sender;
    this.#unasked.delete(peer);
    this.#effects.call("sent", { client, from }, (answer) => {
      if (this.#senders.get(peer) !== sender) return;
      if (answer.is === "known") {
        tellPlaces(peer, answer.result);
        this.#add(peer, sender, answer.result);
      } else {
        sender.askAt = this.#effects.now + RETRY;
        this.#unasked.set(peer, sender);
        this.#wait(sender.askAt);
      }
    });
  }
  #add(peer, sender, places) {
    for (const place of places) this.#trackerOf(peer, sender, place.ch).add(place);
    for (const [, oldest] of sender.channels) {
      if (sender.channels.size <= CHANNELS) break;
      this.#drop(oldest);
      sender.channels.delete(oldest.ch);
    }
  }
  #trackerOf(peer, { client, channels }, ch) {
    let tracker = channels.get(ch);
    channels.delete(ch);
    if (!tracker) {
      tracker = new Tracker(peer, client, ch, (changed) => {
        this.#pace.plan(changed);
      });
      tracker.begin(this.#rosters.join(ch, tracker));
    }
    channels.set(ch, tracker);
    return tracker;
  }
  #drop(tracker) {
    this.#pace.drop(tracker);
    this.#rosters.leave(tracker.ch, tracker);
  }
  #wait(until) {
    this.#askAt = Math.min(this.#askAt, until);
  }
}
function tellPlaces(peer, places) {
  if (peer.stage.is !== "open") return;
  const { hello, got } = peer.stage;
  const settled = places.filter(({ seq }) => seq > hello.acked && seq <= got);
  const placed = settled.map(({ seq, offset }) => [seq, offset]);
  const last = placed.at(-1);
  if (last) peer.tell({ t: "accepted", seq: last[0], placed });
}
function tell(tracker) {
  const { peer, ch } = tracker;
  const list = tracker.news();
  if (list.length) peer.tell({ t: "delivered", n: ++peer.news, ch, list });
  return list.length > 0;
}

class Roster {
  users = /* @__PURE__ */ new Set();
  members = /* @__PURE__ */ new Map();
  /** What the log held when it was read last; unknown before that. */
  bounds;
  /** What those had who have left. */
  past;
  /** A reading is under way; what changes meanwhile is in it, or is told again. */
  reading = false;
  /** Something changed while it was read: it is read once more. */
  again = false;
  /** When it is to be read again, machine time. */
  readAt = Infinity;
  /** What the store has. */
  load({ members, past, ...bounds }, look) {
    const first = !this.bounds;
    const shorter = this.bounds !== void 0 && this.bounds.oldest !== bounds.oldest;
    const parted = placeOf$1(past) !== placeOf$1(this.past);
    this.bounds = bounds;
    this.past = past && { ...past, shown: "offline" };
    const gone = new Set(this.members.keys());
    const clients = [];
    const seen = [];
    for (const member of members) {
      const { client } = member;
      gone.delete(client);
      const change = this.#put(member, look);
      if (change) clients.push(client);
      if (change === "seen") seen.push(client);
    }
    for (const client of gone) this.members.delete(client);
    clients.push(...gone);
    seen.push(...gone);
    const log = shorter || parted;
    if (first) this.#tell();
    else if (clients.length || log) this.#tell({ clients, seen, log });
  }
  put(member, look) {
    const change = this.#put(member, look);
    const clients = [member.client];
    if (change) this.#tell({ clients, seen: change === "seen" ? clients : [], log: false });
  }
  remove(client) {
    if (this.members.delete(client)) this.#tell({ clients: [client], seen: [client], log: false });
  }
  #put(member, look) {
    const known = this.members.get(member.client);
    const shown = look(member);
    this.members.set(member.client, { ...member, shown });
    if (known?.shown !== shown) return "seen";
    return placeOf$1(known) === placeOf$1(member) ? void 0 : "moved";
  }
  #tell(news) {
    for (const user of this.users) user.changed(news);
  }
}
const placeOf$1 = (member) => member ? `${member.client} ${member.cursor.epoch} ${member.cursor.since} ${member.cursor.offset}` : "";

const LONG = 6e4;
class Rosters {
  /** When to `tick`. */
  deadline = Infinity;
  #effects;
  #options;
  #follows;
  #rosters = /* @__PURE__ */ new Map();
  /** Nobody's word holds for ever. */
  #look = ({ presence, seenAt }) => {
    const { idle, presenceEvery, wall } = this.#options;
    return wall() - seenAt > idle + presenceEvery ? "offline" : presence;
  };
  constructor(effects, options, follows) {
    this.#effects = effects;
    this.#options = options;
    this.#follows = follows;
  }
  get size() {
    return this.#rosters.size;
  }
  /** Begins to tell a user of a channel's roster. */
  join(ch, user) {
    let roster = this.#rosters.get(ch);
    if (!roster) {
      this.#rosters.set(ch, roster = new Roster());
      this.#follows.begin(ch);
      this.#read(ch, roster);
    }
    roster.users.add(user);
    return roster;
  }
  leave(ch, user) {
    const roster = this.#rosters.get(ch);
    if (!roster?.users.delete(user) || roster.users.size) return;
    this.#rosters.delete(ch);
    this.#follows.end(ch);
    if (!this.#rosters.size) this.deadline = Infinity;
  }
  changed(change) {
    const roster = this.#rosters.get(change.ch);
    if (!roster || change.is === "grown") return;
    if (roster.reading) roster.again = true;
    if (change.is === "unsure") this.#read(change.ch, roster);
    else if (change.is === "member") {
      this.#plan(roster, Math.min(roster.readAt, this.#nextReading([change.member])));
      roster.put(change.member, this.#look);
    } else roster.remove(change.client);
  }
  /** Those who were not seen for long may have been, by another node: the store knows. */
  tick(now) {
    if (now < this.deadline) return;
    this.deadline = Infinity;
    for (const [ch, roster] of this.#rosters)
      if (now >= roster.readAt) this.#read(ch, roster);
      else this.#plan(roster, roster.readAt);
  }
  #read(ch, roster) {
    if (roster.reading) return;
    roster.reading = true;
    roster.again = false;
    roster.readAt = Infinity;
    this.#effects.call("members", { ch }, (answer) => {
      roster.reading = false;
      if (this.#rosters.get(ch) !== roster) return;
      if (answer.is === "failed") this.#plan(roster, this.#effects.now + RETRY);
      else {
        this.#plan(roster, this.#nextReading(answer.result.members));
        roster.load(answer.result, this.#look);
        if (roster.again) this.#read(ch, roster);
      }
    });
  }
  #plan(roster, at) {
    roster.readAt = at;
    this.deadline = Math.min(this.deadline, at);
  }
  /** Whoever seems to be there is asked about when nothing was heard of him for too long. */
  #nextReading(members) {
    const { idle, presenceEvery, wall } = this.#options;
    let wait = LONG;
    for (const member of members)
      if (this.#look(member) !== "offline") wait = Math.min(wait, member.seenAt + idle + presenceEvery - wall());
    return this.#effects.now + Math.max(wait, presenceEvery);
  }
}

const MOST$3 = 1e4;
class Farewells {
  /** When to `tick`. */
  deadline = Infinity;
  /** Those of which the store is to be told again, and what each had settled. */
  #untold = /* @__PURE__ */ new Map();
  #effects;
  constructor(effects) {
    this.#effects = effects;
  }
  get size() {
    return this.#untold.size;
  }
  say(client, acked) {
    this.#effects.call("forget", { client, below: acked }, ({ is }) => {
      if (is === "known" || this.#untold.size >= MOST$3) return;
      this.#untold.set(client, acked);
      this.deadline = Math.min(this.deadline, this.#effects.now + RETRY);
    });
  }
  tick(now) {
    if (now < this.deadline) return;
    this.deadline = Infinity;
    const due = this.#untold;
    this.#untold = /* @__PURE__ */ new Map();
    for (const [client, acked] of due) this.say(client, acked);
  }
  /** This node goes down, and does not wait for a store that fails. */
  clear() {
    this.#untold.clear();
    this.deadline = Infinity;
  }
}

const MAX_CODE = 64;
const MAX_REASON = 1024;
const forbidden = { is: "refused", code: "forbidden", reason: "publishing here is not allowed" };
class Intake {
  #queue = [];
  #bytes = 0;
  /** Those that wait for a permit, by their channel. */
  #asking = /* @__PURE__ */ new Map();
  #client;
  #effects;
  #options;
  #onVerdict;
  constructor(client, effects, options, onVerdict) {
    this.#client = client;
    this.#effects = effects;
    this.#options = options;
    this.#onVerdict = onVerdict;
  }
  get isEmpty() {
    return !this.#queue.length;
  }
  /** Queues one message, or drops it: when it waits here already, or the queue is full and it will come again. */
  offer(peer, { seq, after = seq - 1, ch, body }) {
    if (this.#queue.some(({ draft: draft2 }) => draft2.seq === seq && draft2.after === after)) return;
    const packed = packedOf(body);
    const bytes = packed === void 0 ? 0 : codec.sizeOf(packed);
    const { window, queueBytes, wall } = this.#options;
    const full = this.#queue.length >= window * 2 || this.#bytes + bytes > queueBytes;
    if (full && this.#queue.length) return;
    const id = `${this.#client}:${seq}`;
    const draft = { ch, seq, after, id, from: peer.user, time: wall(), body: packed ?? "" };
    const verdict = packed === void 0 ? { is: "refused", code: "not-encodable", reason: "the body is nested too deeply" } : { is: "due" };
    this.#queue.push({ draft, bytes, verdict });
    this.#bytes += bytes;
  }
  /** Asks about what nobody has asked about; what is numbered up to `busy` may be on its way into the log. */
  vet(peer, busy) {
    for (const item of this.#queue) if (item.verdict.is === "due" && item.draft.seq > busy) this.#vet(peer, item);
  }
  /** @param seq the highest message taken. */
  take(seq) {
    const run = { repeated: [], refused: [], batch: [] };
    for (let item; item = this.#queue[0]; ) {
      const { draft, verdict } = item;
      const last = run.batch.at(-1);
      if (draft.seq <= seq) run.repeated.push(draft.seq);
      else if (verdict.is === "due" || verdict.is === "asked") break;
      else if (last && (verdict.is !== "taken" || draft.seq <= last.seq)) break;
      else if (verdict.is === "taken") run.batch.push(draft);
      else if (verdict.is === "refused") run.refused.push({ t: "refused", seq: draft.seq, ...saidBy(verdict) });
      else {
        this.clear();
        break;
      }
      this.#queue.shift();
      this.#bytes -= item.bytes;
    }
    return run;
  }
  clear() {
    this.#queue = [];
    this.#bytes = 0;
    this.#asking.clear();
  }
  /** What waits for the same permit hears of it together, so that it goes as one batch. */
  #vet(peer, item) {
    const { ch } = item.draft;
    const asking = this.#asking.get(ch);
    if (asking) {
      item.verdict = { is: "asked" };
      asking.push(item);
      return;
    }
    const waiting = [item];
    const permit = peer.permits.check("publish", ch, (verdict) => {
      if (this.#asking.get(ch) !== waiting) return;
      this.#asking.delete(ch);
      for (const one of waiting) this.#permitted(peer, one, verdict);
      this.#onVerdict();
    });
    if (permit !== "asking") this.#permitted(peer, item, permit);
    else {
      item.verdict = { is: "asked" };
      this.#asking.set(ch, waiting);
    }
  }
  #permitted(peer, item, permit) {
    if (permit === "no") item.verdict = forbidden;
    else if (permit === "failed") item.verdict = { is: "failed" };
    else if (!this.#options.reviewed) item.verdict = { is: "taken" };
    else this.#review(peer, item);
  }
  #review({ user }, item) {
    item.verdict = { is: "asked" };
    const { ch, id, body } = item.draft;
    this.#effects.call("review", { client: this.#client, user, ch, id, body }, (answer) => {
      item.verdict = this.#reviewed(item, answer);
      this.#onVerdict();
    });
  }
  /** The hook may have changed the body: it has to be one that a packet can hold. */
  #reviewed(item, answer) {
    if (answer.is === "failed") return { is: "failed" };
    const { result } = answer;
    if (result.is === "refused") return result;
    const bytes = result.body === item.draft.body ? item.bytes : codec.sizeOf(result.body);
    const { maxPacket } = this.#options;
    if (bytes > maxPacket && result.body !== item.draft.body) {
      this.#effects.log("warn", "review-oversize", { client: this.#client, bytes, max: maxPacket });
      return { is: "refused", code: "too-big", reason: `the body became ${bytes} bytes, and ${maxPacket} are the most` };
    }
    if (this.#queue.includes(item)) this.#bytes += bytes - item.bytes;
    item.bytes = bytes;
    item.draft = { ...item.draft, body: result.body };
    return { is: "taken" };
  }
}
const saidBy = ({ code, reason }) => ({
  code: code.slice(0, MAX_CODE),
  reason: reason.slice(0, MAX_REASON)
});
function packedOf(body) {
  try {
    return body instanceof Uint8Array ? body : codec.pack(body);
  } catch {
    return void 0;
  }
}

const MOST$2 = 1024;
class Repeats {
  #recent = [];
  #waiting = /* @__PURE__ */ new Set();
  #asked;
  #client;
  #effects;
  #on;
  constructor(client, effects, on) {
    this.#client = client;
    this.#effects = effects;
    this.#on = on;
  }
  /** A message got its place. */
  keep(placed) {
    this.#recent = [...this.#recent, ...placed].slice(-64);
  }
  note(seq) {
    if (this.#waiting.size < MOST$2) this.#waiting.add(seq);
  }
  /** Answers at once what this node knows, else when the store has answered: one question at a time. */
  flush() {
    if (!this.#waiting.size || this.#asked) return;
    const asked = this.#waiting;
    this.#waiting = /* @__PURE__ */ new Set();
    const known = new Map(this.#recent);
    const unknown = [...asked].filter((seq) => !known.has(seq));
    if (unknown.length) this.#ask(asked, unknown);
    else this.#tell(asked, known);
  }
  /** The link that said them is gone. */
  clear() {
    this.#waiting.clear();
    this.#asked = void 0;
  }
  #ask(asked, unknown) {
    this.#asked = asked;
    const from = unknown.reduce((least, seq) => Math.min(least, seq));
    this.#effects.call("sent", { client: this.#client, from }, (answer) => {
      if (this.#asked !== asked) return;
      this.#asked = void 0;
      if (answer.is === "known") {
        for (const place of answer.result) this.#on.found(place);
        this.#tell(asked, new Map([...this.#recent, ...answer.result.map(({ seq, offset }) => [seq, offset])]));
      }
      this.flush();
      if (answer.is === "failed") for (const seq of asked) this.note(seq);
    });
  }
  #tell(asked, known) {
    this.#effects.log("debug", "repeated", { client: this.#client, count: asked.size });
    const placed = [];
    for (const seq of [...asked].sort((a, b) => a - b)) {
      const offset = known.get(seq);
      if (offset !== void 0) placed.push([seq, offset]);
    }
    this.#on.answer(placed);
  }
}

class Session {
  client;
  /** The highest message taken in order, as far as this node knows. */
  seq = 0;
  #state = { is: "ready" };
  #peer;
  /** What is settled of a client that leaves. */
  #leaving;
  #effects;
  #journal;
  #on;
  #intake;
  #repeats;
  constructor(client, effects, options, journal, on) {
    this.client = client;
    this.#effects = effects;
    this.#journal = journal;
    this.#on = on;
    this.#intake = new Intake(client, effects, options, () => this.#pump());
    this.#repeats = new Repeats(client, effects, {
      answer: (placed) => this.#peer?.tell(accepted(this.seq, placed)),
      found: (place) => {
        journal.found(place, this.#peer);
      }
    });
  }
  get peer() {
    return this.#peer;
  }
  /** A link takes the session over. What waited came by the old link, and comes again by the new one. */
  attach(peer, seq) {
    this.#peer = peer;
    this.seq = seq;
    this.#leaving = void 0;
    this.#clear();
  }
  /** The link is gone. */
  detach(peer) {
    if (this.#peer !== peer || this.#leaving !== void 0) return;
    this.#peer = void 0;
    this.#clear();
    this.#rest();
  }
  /** The client left for good: what it has sent is stored, then it is forgotten. */
  leave(acked = Infinity) {
    this.#leaving = acked;
    this.#rest();
  }
  /** One message; what the client pipelined behind one that is dropped falls as gaps. */
  offer(peer, frame) {
    if (frame.seq <= this.seq) this.#repeats.note(frame.seq);
    else this.#intake.offer(peer, frame);
  }
  /** After the frames of one packet: sets off what can go. */
  flush() {
    this.#repeats.flush();
    this.#pump();
  }
  #pump() {
    const peer = this.#peer;
    if (peer) this.#intake.vet(peer, this.#state.is === "storing" ? this.#state.upTo : this.seq);
    if (this.#state.is === "storing") return;
    const { repeated, refused, batch } = this.#intake.take(this.seq);
    for (const frame of refused) peer?.tell(frame);
    for (const seq of repeated) this.#repeats.note(seq);
    this.#repeats.flush();
    if (batch.length) this.#store(batch);
    else this.#rest();
  }
  #store(records) {
    const channels = [...new Set(records.map(({ ch }) => ch))];
    this.#state = { is: "storing", upTo: records.at(-1)?.seq ?? 0 };
    this.#journal.expect(channels);
    this.#effects.call("append", { client: this.client, records }, (answer) => {
      this.#state = { is: "ready" };
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
    for (const frame of framesOf(records, fates, this.seq, seq)) this.#peer?.tell(frame);
    for (const unheard of unheardOf(records, this.seq, seq)) this.#repeats.note(unheard);
    this.seq = seq;
    const placed = [];
    records.forEach(({ id, from, time, body }, at) => {
      const fate = fates[at];
      if (fate?.is === "duplicate" && fate.place) this.#journal.found(fate.place, this.#peer);
      if (fate?.is !== "stored") return;
      const { seq: seq2, offset } = fate.place;
      placed.push([seq2, offset]);
      this.#journal.stored(fate.place, { offset, id, from, time, body }, this.#peer);
    });
    this.#repeats.keep(placed);
  }
  #clear() {
    this.#intake.clear();
    this.#repeats.clear();
  }
  /** Nothing is left to do: a session that nobody holds ends here. */
  #rest() {
    if (this.#state.is !== "ready" || !this.#intake.isEmpty) return;
    if (this.#leaving !== void 0) {
      this.#on.left(this.#leaving);
      this.#leaving = void 0;
      this.#peer = void 0;
    }
    if (!this.#peer) this.#on.idle(this);
  }
}
const accepted = (seq, placed) => ({
  t: "accepted",
  seq,
  ...placed.length && { placed }
});
function unheardOf(records, before, seq) {
  const unheard = [];
  let heard = Math.max(before, seq - MOST$2);
  const hear = (upTo) => {
    for (; heard < Math.min(upTo, seq); heard++) unheard.push(heard + 1);
  };
  for (const record of records) {
    hear(record.after);
    heard = Math.max(heard, record.seq);
  }
  hear(seq);
  return unheard;
}
function framesOf(records, fates, before, seq) {
  const frames = [];
  let placed = [];
  let upTo = before;
  records.forEach((record, at) => {
    const fate = fates[at];
    if (fate?.is === "full") {
      if (upTo > before) frames.push(accepted(upTo, placed));
      frames.push({ t: "refused", seq: record.seq, code: "inbox-full", reason: fate.reason });
      placed = [];
    } else if (fate && fate.is !== "gap") {
      upTo = Math.max(upTo, record.seq);
      if (fate.place) placed.push([record.seq, fate.place.offset]);
    }
  });
  frames.push(accepted(seq, placed));
  return frames;
}

const AWAY$1 = { after: 1e3, spread: 4e3 };
class Sessions {
  #effects;
  #options;
  #journal;
  #sessions = /* @__PURE__ */ new Map();
  #holders = /* @__PURE__ */ new Map();
  #farewells;
  constructor(effects, options, journal) {
    this.#effects = effects;
    this.#options = options;
    this.#journal = journal;
    this.#farewells = new Farewells(effects);
  }
  get size() {
    return this.#sessions.size + this.#holders.size + this.#farewells.size;
  }
  /** When to `tick`. */
  get deadline() {
    return this.#farewells.deadline;
  }
  tick(now) {
    this.#farewells.tick(now);
  }
  /** This node goes down. */
  clear() {
    this.#farewells.clear();
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
    if (answer.result.is === "left") {
      peer.fault(run.Close.forbidden, "left", "this client has left for good");
      return false;
    }
    if (answer.result.is === "taken") {
      peer.fault(run.Close.forbidden, "taken", "this client id belongs to another key, or to another user");
      return false;
    }
    const { seq, known } = answer.result;
    const session = this.#sessionOf(hello.client);
    const { peer: holder } = session;
    if (holder && holder.link > peer.link) {
      peer.close(run.Close.replaced, "a later link has this session");
      return false;
    }
    peer.stage = { is: "open", hello, got: seq };
    session.attach(peer, seq);
    this.#holders.set(peer, session);
    if (holder !== peer) holder?.close(run.Close.replaced, "a later link has this session");
    this.#effects.log("debug", "welcome", { link: peer.link, client: hello.client, resumed: known, seq });
    this.#welcome(peer, hello.client, seq, known);
    return true;
  }
  #welcome(peer, client, got, resumed) {
    const { idle, maxPacket: max, window, sign, wall } = this.#options;
    const { user } = peer;
    const ticket = sign({ client, user });
    const terms = { ticket, resumed, got, idle, max, window, receipts: true, time: wall() };
    peer.tell({ t: "welcome", v: codec.PROTOCOL_VERSION, ...terms, ...user && { user } });
  }
  #sessionOf(client) {
    let session = this.#sessions.get(client);
    if (!session) {
      session = new Session(client, this.#effects, this.#options, this.#journal, {
        idle: (one) => {
          if (this.#sessions.get(client) === one) this.#sessions.delete(client);
        },
        left: (acked) => {
          this.#farewells.say(client, acked);
        }
      });
      this.#sessions.set(client, session);
    }
    return session;
  }
}

const AWAY = 2e3;
const SLOT = 10;
const BURST = 1e3;
const HOLD = 25e3;
class Limiter {
  #options;
  /** When the next hello is answered. */
  #nextAt = -Infinity;
  /** When the last one that was turned away comes back. */
  #slot = 0;
  /** In the order of their hellos, from `#first` on; those that have left are only out of `#waiting`. */
  #queue = [];
  #first = 0;
  #waiting = /* @__PURE__ */ new Set();
  constructor(options) {
    this.#options = options;
  }
  /** When it is the next one's turn. */
  get deadline() {
    return this.#waiting.size ? this.#nextAt : Infinity;
  }
  get waiting() {
    return this.#waiting;
  }
  /** A link opens. Undefined lets it in; otherwise it may come back in so many ms, and nobody else is told the same time. */
  enter(links, now) {
    const { maxLinks } = this.#options;
    return links < maxLinks ? void 0 : this.#turnAway(Math.max(SLOT, this.#step), now);
  }
  /** It says hello: only this counts, since of a race no more than one does. */
  greet(waiter, now) {
    this.#save(now);
    if (!this.#waiting.size && now >= this.#nextAt) {
      this.#nextAt += this.#step;
      return { is: "in" };
    }
    const after = Math.max(0, this.#nextAt - now) + this.#waiting.size * this.#step;
    if (after > HOLD) return { is: "away", after: this.#turnAway(this.#step, now, now + after) };
    this.#queue.push(waiter);
    this.#waiting.add(waiter);
    return { is: "waits", after: Math.ceil(after) };
  }
  /** Its link has ended: those behind it move up. */
  leave(waiter) {
    this.#waiting.delete(waiter);
  }
  /** Those whose turn it is, who wait no longer. */
  due(now) {
    this.#save(now);
    const due = [];
    while (now >= this.deadline) {
      const waiter = this.#queue[this.#first++];
      if (!this.#waiting.delete(waiter)) continue;
      this.#nextAt += this.#step;
      due.push(waiter);
    }
    this.#tidy();
    return due;
  }
  get #step() {
    return 1e3 / this.#options.maxAccepts;
  }
  /** Time in which nobody came counts, but not without end. */
  #save(now) {
    this.#nextAt = Math.max(this.#nextAt, now - BURST + this.#step);
  }
  #turnAway(step, now, notBefore = 0) {
    this.#slot = Math.max(this.#slot, now + AWAY, notBefore) + step;
    return Math.ceil(this.#slot - now);
  }
  #tidy() {
    if (this.#waiting.size && this.#first * 2 < this.#queue.length) return;
    this.#queue = this.#waiting.size ? this.#queue.slice(this.#first) : [];
    this.#first = 0;
  }
}

const SEATS = 1e3;
const seatOf = ({ client, user, shown: presence, seenAt: time }) => ({ client, user, presence, time });
class Watcher {
  peer;
  ch;
  #onChange;
  #roster;
  /** Clients to tell of, or everybody. */
  #untold = "all";
  isAllowed = false;
  /** Not before: machine time. */
  freeAt = -Infinity;
  constructor(peer, ch, onChange) {
    this.peer = peer;
    this.ch = ch;
    this.#onChange = onChange;
  }
  /** Begins, or begins anew. */
  begin(roster) {
    this.isAllowed = true;
    this.#roster = roster;
    this.changed();
  }
  changed(news) {
    if (!news) this.#untold = "all";
    else if (this.#untold !== "all") for (const client of news.seen) this.#untold.add(client);
    const isNew = this.#untold === "all" || this.#untold.size > 0;
    if (isNew && this.#roster?.bounds) this.#onChange(this);
  }
  tell() {
    const { peer, ch } = this;
    const members = this.#roster?.members ?? /* @__PURE__ */ new Map();
    const all = this.#untold === "all";
    const clients = this.#untold === "all" ? [...members.keys()] : [...this.#untold];
    this.#untold = /* @__PURE__ */ new Set();
    for (let at = 0; at === 0 || at < clients.length; at += SEATS) {
      const list = [];
      const left = [];
      for (const client of clients.slice(at, at + SEATS)) {
        const member = members.get(client);
        if (member) list.push(seatOf(member));
        else left.push(client);
      }
      const frame = { t: "present", n: ++peer.news, ch, ...all && !at && { all } };
      peer.tell({ ...frame, list, ...left.length && { left } });
    }
  }
}
let Watchers$1 = class Watchers {
  #options;
  #rosters;
  #peers = /* @__PURE__ */ new Map();
  #pace;
  constructor(effects, options, rosters) {
    this.#options = options;
    this.#rosters = rosters;
    this.#pace = new Pace(effects, options.newsEvery, (watcher) => {
      watcher.tell();
      return true;
    });
  }
  /** When to `tick`. */
  get deadline() {
    return this.#pace.deadline;
  }
  get size() {
    return this.#peers.size;
  }
  /** Said again, it begins anew; while it is not known whether it may, there is nothing to begin. */
  watch(peer, ch) {
    const known = this.#peers.get(peer)?.get(ch);
    if (known?.isAllowed) this.#begin(known);
    else if (known) return;
    else if ((this.#peers.get(peer)?.size ?? 0) >= this.#options.maxSubscriptions) deny(peer, ch, "too-many");
    else {
      const watchers = this.#peers.get(peer) ?? /* @__PURE__ */ new Map();
      const watcher = new Watcher(peer, ch, (changed) => {
        this.#pace.plan(changed);
      });
      this.#peers.set(peer, watchers.set(ch, watcher));
      const permit = peer.permits.check("presence", ch, (verdict) => {
        if (this.#peers.get(peer)?.get(ch) === watcher) this.#decide(watcher, verdict);
      });
      if (permit !== "asking") this.#decide(watcher, permit);
    }
  }
  unwatch(peer, ch) {
    const watcher = this.#peers.get(peer)?.get(ch);
    if (!watcher) return;
    this.#peers.get(peer)?.delete(ch);
    this.#pace.drop(watcher);
    this.#rosters.leave(ch, watcher);
  }
  /** The link is gone. */
  leave(peer) {
    for (const ch of this.#peers.get(peer)?.keys() ?? []) this.unwatch(peer, ch);
    this.#peers.delete(peer);
  }
  tick(now) {
    this.#pace.tick(now);
  }
  /** A hook that failed may answer the next time it is asked. */
  #decide(watcher, verdict) {
    const { peer, ch } = watcher;
    if (verdict === "yes") {
      this.#begin(watcher);
      return;
    }
    this.unwatch(peer, ch);
    deny(peer, ch, verdict === "no" ? "forbidden" : "unavailable");
  }
  #begin(watcher) {
    watcher.begin(this.#rosters.join(watcher.ch, watcher));
  }
};
const reasons = {
  "too-many": "no more channels can be watched",
  forbidden: "watching this channel is not allowed",
  unavailable: "the server cannot tell now; ask again later"
};
function deny(peer, ch, code) {
  peer.tell({ t: "denied", ch, watch: true, code, reason: reasons[code] });
}

class Server {
  #options;
  #effects = new Effects();
  #feeds;
  #library;
  #sessions;
  #rosters;
  #receipts;
  #watchers;
  #devices;
  #limiter;
  #peers = /* @__PURE__ */ new Map();
  #drain;
  /** Patrol goes round then; Infinity while there is nothing to watch. */
  #roundAt = Infinity;
  #pings = 0;
  constructor(options) {
    this.#options = options;
    const follows = new Follows(this.#effects);
    this.#feeds = new Feeds(this.#effects, options, follows);
    this.#rosters = new Rosters(this.#effects, options, follows);
    this.#receipts = new Receipts(this.#effects, options, this.#rosters);
    this.#watchers = new Watchers$1(this.#effects, options, this.#rosters);
    this.#devices = new Devices(this.#effects, options);
    this.#library = new Library(this.#effects, options);
    this.#limiter = new Limiter(options);
    this.#sessions = new Sessions(this.#effects, options, new Ledger(this.#feeds, this.#receipts));
  }
  /** Links open now. */
  get links() {
    return this.#peers.size;
  }
  /** How much is remembered at this moment: with no link and no call under way, nothing. */
  get load() {
    const parts = [this.#feeds, this.#rosters, this.#receipts, this.#watchers, this.#devices];
    const channels = parts.reduce((sum, { size }) => sum + size, 0);
    return { links: this.links, sessions: this.#sessions.size, channels, calls: this.#effects.pending };
  }
  get deadline() {
    const { deadline: devices } = this.#devices;
    const told = Math.min(this.#rosters.deadline, this.#receipts.deadline, this.#watchers.deadline, devices);
    const turn = Math.min(this.#limiter.deadline, this.#sessions.deadline, this.#drain?.deadline ?? Infinity);
    return Math.min(this.#roundAt, this.#effects.deadline, this.#feeds.deadline, turn, told);
  }
  handle(input, now) {
    this.#effects.begin(now, "link" in input ? input.link : 0);
    this.#dispatch(input, now);
    this.#devices.flush();
    const busy = this.#peers.size > 0 || this.#effects.pending > 0;
    if (!busy) this.#roundAt = Infinity;
    else if (this.#roundAt === Infinity) this.#roundAt = now + roundTime(this.#options);
    if (!busy && this.#drain) for (const part of [this.#devices, this.#sessions]) part.clear();
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
        broken(this.#peers.get(input.link), input.error);
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
        this.#rosters.changed(input.change);
        break;
      case "drain":
        this.#goDown(input.after, input.spread, now);
        break;
      default:
        codec.assertNever(input);
    }
  }
  #tick(now) {
    if (now >= this.#feeds.deadline) this.#feeds.retry();
    for (const part of [this.#effects, this.#sessions, this.#devices]) part.tick(now);
    for (const part of [this.#rosters, this.#receipts, this.#watchers]) part.tick(now);
    this.#drain?.proceed(this.#peers.values(), now);
    for (const peer of this.#limiter.due(now)) this.#admit(peer);
    if (now >= this.#roundAt) this.#patrol(now);
  }
  #goDown(after, spread, now) {
    this.#drain ??= new Drain(after, spread, this.#peers.size - this.#limiter.waiting.size, now);
    for (const peer of [...this.#limiter.waiting]) this.#drain.dismiss(peer);
    this.#drain.proceed(this.#peers.values(), now);
  }
  #opened(link, user, now) {
    const away = this.#limiter.enter(this.#peers.size, now);
    const peer = new Peer(link, user, this.#effects, this.#options.guarded, (gone) => this.#gone(gone));
    this.#peers.set(link, peer);
    if (this.#drain) this.#drain.dismiss(peer);
    else if (away !== void 0) peer.dismiss(run.Close.tryLater, away, 0, "the server is full");
  }
  #gone(peer) {
    this.#peers.delete(peer.link);
    this.#limiter.leave(peer);
    for (const part of [this.#feeds, this.#receipts, this.#watchers]) part.leave(peer);
    const session = this.#sessions.of(peer);
    if (session) this.#devices.lose(peer, session.client);
    this.#sessions.leave(peer);
  }
  #frames(peer, frames, now) {
    if (!peer) return;
    peer.heardAt = now;
    const flood = floodOf(peer.stage, frames, this.#effects.under(peer.link));
    if (flood === void 0) this.#perform(peer, frames);
    else peer.fault(run.Close.overloaded, "flood", flood);
  }
  /** In order; behind a hello everything waits for its answer. */
  #perform(peer, frames) {
    let ping;
    for (const [at, frame] of frames.entries()) {
      const { stage } = peer;
      if (stage.is === "gone") return;
      if ("held" in stage) {
        stage.held.add(frames.slice(at));
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
    const { is } = peer.stage;
    peer.stage = { is: "waiting", hello, held: new Held() };
    if (is === "open" || hello.v !== codec.PROTOCOL_VERSION) this.#admit(peer);
    else this.#queue(peer);
  }
  /** A link's first hello is answered when it is its turn. */
  #queue(peer) {
    const turn = this.#limiter.greet(peer, this.#effects.now);
    if (turn.is === "in") this.#admit(peer);
    else if (this.#drain) this.#drain.dismiss(peer);
    else if (turn.is === "waits") peer.tell({ t: "wait", after: turn.after });
    else peer.dismiss(run.Close.tryLater, turn.after, 0, "the server is full");
  }
  #admit(peer) {
    if (peer.stage.is !== "waiting") return;
    const { hello, held } = peer.stage;
    peer.heardAt = this.#effects.now;
    peer.stage = { is: "opening", hello, held };
    this.#sessions.greet(peer, hello, () => {
      this.#devices.come(peer, hello.client);
      this.#perform(peer, held.frames);
    });
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
        if (session) this.#feeds.unsubscribe(peer, session.client, frame);
        break;
      case "received":
        this.#feeds.receive(peer, frame);
        break;
      case "history":
        this.#library.ask(peer, frame);
        break;
      case "track":
        if (session) this.#receipts.track(peer, session.client, frame.from);
        break;
      case "watch":
        this.#watchers.watch(peer, frame.ch);
        break;
      case "unwatch":
        this.#watchers.unwatch(peer, frame.ch);
        break;
      case "seen":
        if (session) this.#devices.look(session.client, frame.away);
        break;
      case "pong":
        break;
      case "bye":
        session?.flush();
        if (session) this.#devices.forget(session.client);
        session?.leave(frame.acked);
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
    const { news } = peer;
    peer.tell({ t, id, ...got !== void 0 && { got }, ...heads && { heads }, ...news && { news } });
  }
  /** Looks at every link. A round that comes late means that this process was held: nobody is judged for that. */
  #patrol(now) {
    const { idle, callTimeout } = this.#options;
    const late = now - this.#roundAt > idle / 4;
    this.#roundAt = now + roundTime(this.#options);
    this.#effects.expire(now - callTimeout);
    for (const peer of this.#peers.values()) {
      if (late) peer.heardAt = Math.max(peer.heardAt, now - idle / 2);
      const finding = inspect$1(peer, this.#options, now);
      if (finding === "quiet") this.#beat("ping", ++this.#pings, peer);
      else if (finding === "dead") peer.close(run.Close.timeout, "silent for too long");
      else if (finding === "mute") peer.fault(run.Close.timeout, "no-hello", "no hello in time");
    }
  }
}
const broken = (peer, { code, message }) => peer?.fault(code === "too-big" ? run.Close.tooBig : run.Close.badFrame, code, message);

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
  maxAccepts: 2e3,
  callTimeout: 3e4,
  guarded: false,
  reviewed: false,
  newsEvery: 250,
  presenceGrace: 1e4,
  presenceEvery: 15e3
};

function reviewBy(hook, log) {
  return async ({ client, user, ch, id, body }) => {
    if (!hook) return { is: "taken", body };
    const said = await hook({ client, user, channel: ch, id, body: decoded(body) });
    if (said === void 0) return { is: "taken", body };
    const { refuse, code = "rejected" } = Object(said);
    if (typeof refuse === "string" && typeof code === "string") return { is: "refused", code, reason: refuse };
    if (refuse === void 0 && Object.hasOwn(Object(said), "body"))
      return encoded(said.body, client, log);
    throw new TypeError("onMessage gives nothing, { body } or { refuse, code }");
  };
}
const decoded = (body) => typeof body === "string" ? codec.unpack(body) : body.slice();
function encoded(body, client, log) {
  try {
    return { is: "taken", body: codec.pack(body) };
  } catch {
    log.warn({ client }, "review-not-encodable");
    return { is: "refused", code: "not-encodable", reason: "the changed body is neither JSON nor binary" };
  }
}

async function perform$1(request, asked) {
  switch (request.call) {
    case "open":
      return asked.open(request.ask);
    case "append":
      return asked.append(request.ask);
    case "read":
      return asked.read(request.ask);
    case "sent":
      return asked.sent(request.ask);
    case "cursor":
      return asked.cursor(request.ask);
    case "keep":
      return asked.keep(request.ask);
    case "leave":
      return asked.leave(request.ask);
    case "forget":
      return asked.forget(request.ask);
    case "members":
      return asked.members(request.ask);
    case "seen":
      return asked.seen(request.ask);
    case "review":
      return asked.review(request.ask);
    case "authorize":
      return asked.authorize(request.ask);
    default:
      return codec.assertNever(request);
  }
}
function askedOf({ store, authorize, onMessage, log }) {
  return {
    open: (ask) => store.open(ask),
    append: (ask) => store.append(ask),
    read: (ask) => store.read(ask),
    cursor: (ask) => store.cursor(ask),
    keep: (ask) => store.keep(ask),
    leave: (ask) => store.leave(ask),
    forget: (ask) => store.forget(ask),
    sent: (ask) => store.sent(ask),
    members: (ask) => store.members(ask),
    seen: (ask) => store.seen(ask),
    review: reviewBy(onMessage, log),
    authorize: async ({ user, action, ch }) => authorize === void 0 || await authorize({ user, action, channel: ch })
  };
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

const HEARING$1 = 1e3;
function end(response, status, headers = {}, text = "") {
  if (response.headersSent || response.destroyed) return;
  const type = text ? { "content-type": "text/plain; charset=utf-8" } : void 0;
  response.writeHead(status, { ...type, ...headers }).end(text && `${text}
`);
}
const CROWDED = 10;
function extraHeaders(status, retryAfter = 1) {
  if (status === 401) return { "www-authenticate": "Bearer" };
  if (status === 405) return { allow: "GET, HEAD, POST, DELETE, OPTIONS" };
  if (status === 408) return { connection: "close" };
  if (status === 429) return { "retry-after": String(CROWDED) };
  return status === 503 ? { "retry-after": String(retryAfter) } : {};
}
function endTooLarge(request, response, env) {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(413, { "content-length": "0", connection: "close" }).flushHeaders();
  const over = () => {
    cancel();
    response.end();
  };
  const cancel = env.timer(over, HEARING$1);
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
      if (pathOf$1(request) === path) void this.#upgrade(request, stream, head);
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
      this.#gate.refused("upgrade", who);
      refuse(stream, who, this.#gate.closedFor);
    } else if (stream.destroyed) who.seat.leave();
    else {
      stream.off("error", ignore).once("close", who.seat.leave);
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
const pathOf$1 = ({ url = "/" }) => url.split("?", 1)[0] ?? "/";
function takeRequests(http, path, handle) {
  const others = http.listeners("request");
  const listener = (request, response) => {
    if (pathOf$1(request) === path) handle(request, response);
    else if (others.length) for (const other of others) other.call(http, request, response);
    else if (http.listenerCount("request") === 1) response.writeHead(404).end();
  };
  http.removeAllListeners("request").on("request", listener);
  return () => {
    http.off("request", listener);
    for (const other of others) http.on("request", other);
  };
}

function addressOf({ headers, socket }, proxies) {
  const { remoteAddress = "" } = socket;
  const said = String(headers["x-forwarded-for"] ?? "").split(",");
  const named = said[Math.max(0, said.length - proxies)]?.trim();
  return subscriber(named === void 0 || named === "" ? remoteAddress : named);
}
function subscriber(text) {
  const address = withoutPort(text);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== void 0) return mapped;
  if (node_net.isIPv6(address)) return prefix(address);
  return node_net.isIPv4(address) ? address : address.slice(0, 64);
}
function withoutPort(text) {
  const inBrackets = /^\[(.+?)\](?::\d+)?$/.exec(text)?.[1];
  return inBrackets ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}
function prefix(address) {
  const [front = [], back = []] = address.replace(/%.*$/, "").split("::").map((half) => half.split(":").filter(Boolean));
  const length = back.length + (back.at(-1)?.includes(".") ? 1 : 0);
  const groups = [...front, ...Array(Math.max(0, 8 - front.length - length)).fill("0"), ...back].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(":")}::/64`;
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

class Census {
  #addresses;
  #users;
  constructor({ maxLinksPerAddress, maxLinksPerUser }) {
    this.#addresses = new Headcount(maxLinksPerAddress);
    this.#users = new Headcount(maxLinksPerUser);
  }
  /** How many names are remembered: with nobody here, none. */
  get size() {
    return this.#addresses.size + this.#users.size;
  }
  /** Undefined where this address has all that one may have. */
  enter(address) {
    if (!this.#addresses.add(address)) return void 0;
    let user = "";
    let isTaken = true;
    return {
      name: (name) => {
        if (!this.#users.add(name)) return false;
        user = name;
        return true;
      },
      leave: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#addresses.drop(address);
        this.#users.drop(user);
      }
    };
  }
}
class Headcount {
  #most;
  #counts = /* @__PURE__ */ new Map();
  constructor(most) {
    this.#most = most;
  }
  get size() {
    return this.#counts.size;
  }
  /** False where there is no room for one more. */
  add(name) {
    const count = this.#counts.get(name) ?? 0;
    if (name === "") return true;
    if (count >= this.#most) return false;
    this.#counts.set(name, count + 1);
    return true;
  }
  drop(name) {
    const count = this.#counts.get(name) ?? 0;
    if (count > 1) this.#counts.set(name, count - 1);
    else this.#counts.delete(name);
  }
}

function welcome({ headers }, allowed) {
  const { origin, host } = headers;
  if (origin === void 0) return isForeign(headers) && !isForAll(allowed) ? "no" : "with cookies";
  const isSameHost = origin.replace(/^https?:\/\//i, "").toLowerCase() === host?.toLowerCase();
  const isNamed = allowed === void 0 ? isSameHost : allowed !== "*" && allowed.includes(origin);
  if (isNamed || isSameHost && isForAll(allowed)) return "with cookies";
  return isForAll(allowed) ? "yes" : "no";
}
const isForAll = (allowed) => allowed === "*" || !!allowed?.includes("*");
const isForeign = ({ "sec-fetch-site": site }) => site === "cross-site" || site === "same-site";

class Gate {
  #settings;
  #onRefused;
  #census;
  /** Seconds until it may open again; absent while it is open. */
  #closedFor;
  /** @param onRefused hears the status of each link that was not opened. */
  constructor(settings, onRefused) {
    this.#settings = settings;
    this.#onRefused = onRefused;
    this.#census = new Census(settings);
  }
  get closedFor() {
    return this.#closedFor;
  }
  /** Nobody comes in any more. */
  close(seconds) {
    this.#closedFor = seconds;
  }
  isOriginAllowed(request) {
    return welcome(request, this.#settings.allowedOrigins) !== "no";
  }
  /** Who asks, or the status that turns them away. */
  async judge(request) {
    if (this.#isClosed()) return 503;
    const page = welcome(request, this.#settings.allowedOrigins);
    if (page === "no") return 403;
    if (page !== "with cookies") delete request.headers.cookie;
    const seat = this.#census.enter(addressOf(request, this.#settings.trustProxy));
    if (!seat) return 429;
    let guest;
    try {
      return guest = await this.#sit(request, seat);
    } finally {
      if (typeof guest !== "object") seat.leave();
    }
  }
  /** Somebody who asked for a link was refused one. */
  refused(what, status) {
    this.#settings.log.info({ status }, `${what} refused`);
    this.#onRefused(status);
  }
  async #sit(request, seat) {
    const admission = await this.#admit(request);
    if (admission.is === "refused") return admission.status;
    if (this.#isClosed()) return 503;
    const { user } = admission;
    return seat.name(user) ? { user, seat } : 429;
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

const PACKET = 2 ** 14;
const PORTION = 2 ** 20;
function* portions(frames) {
  let group = [];
  let bytes = 0;
  for (const frame of frames) {
    group.push(frame);
    bytes += bytesOf$1(frame);
    if (bytes < PORTION) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  yield group;
}
function* packetsOf(frames) {
  for (const packet of codec.serverCodec.encode(frames, PACKET)) {
    if (packet.length > PACKET) yield* codec.serverCodec.encode([{ t: "large", bytes: packet.length }]);
    yield packet;
  }
}
function bytesOf$1(frame) {
  if (frame.t === "message") return frame.body.length;
  return frame.t === "page" ? frame.entries.reduce((sum, { body }) => sum + body.length, 0) : 0;
}
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

const framesIn = (input) => "frames" in input ? input.frames.length : 1;
function inputOf(link, packet, bytes, max = Infinity) {
  try {
    if (bytes > max) throw new run.FrameError("too-big", `a packet of more than ${max} bytes`);
    return { on: "frames", link, frames: codec.serverCodec.decode(packet), bytes };
  } catch (error) {
    if (!(error instanceof run.FrameError)) throw error;
    return { on: "broken", link, error, bytes };
  }
}

class Pacer {
  #buckets;
  #now;
  constructor({ maxFrameRate, maxByteRate }, { now }) {
    this.#now = now;
    this.#buckets = [new Bucket(maxFrameRate, now()), new Bucket(maxByteRate, now())];
  }
  /** Whole ms until more may be heard, for a timer has no others; 0: at once. */
  get wait() {
    return Math.ceil(Math.max(...this.#buckets.map((bucket) => bucket.wait(this.#now()))));
  }
  /** So much was said. */
  spend(frames, bytes) {
    const [ofFrames, ofBytes] = this.#buckets;
    ofFrames.spend(frames, this.#now());
    ofBytes.spend(bytes, this.#now());
  }
}
class Bucket {
  #rate;
  #level;
  #at;
  constructor(rate, now) {
    this.#rate = rate;
    this.#level = rate;
    this.#at = now;
  }
  spend(amount, now) {
    const came = (now - this.#at) * (this.#rate / 1e3);
    if (this.#rate < Infinity) this.#level = Math.min(this.#rate, this.#level + came) - amount;
    this.#at = now;
  }
  wait(now) {
    return this.#level < 0 ? Math.max(0, this.#at - now - this.#level * 1e3 / this.#rate) : 0;
  }
}

const ANSWER = 2 ** 16;
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
      if (end && (sum > ANSWER || line.length > PACKET)) break;
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
const HEARING = 1e3;
const uncounted = { sent: () => void 0, paced: () => void 0 };
const LAST_WORDS = 1e3;
class HttpLinks {
  #options;
  #env;
  #log;
  #feed;
  #number;
  #count;
  #links = /* @__PURE__ */ new Map();
  #batches;
  #watch;
  /** Closed by the server, and the client has not heard it. */
  #untold = /* @__PURE__ */ new Set();
  #onEmpty;
  /** @param number the next link's number. */
  constructor(options, env, log, feed, number, count = uncounted) {
    this.#options = options;
    this.#env = env;
    this.#log = log;
    this.#feed = feed;
    this.#number = number;
    this.#count = count;
    this.#batches = new Batches(env, (link, frames) => this.#put(link, frames));
    this.#watch = new Watch(env, options.pollGrace, (grace) => this.#patrol(grace));
  }
  /** A link that begins with these packets. Returns its number. @param onGone is told when nothing is left of it. */
  open(user, packets, transport = "poll", onGone = () => void 0) {
    const number = this.#number();
    const pacer = new Pacer(this.#options, this.#env);
    const mailbox = new Mailbox();
    const link = { number, transport, mailbox, pacer, isHeldUp: false, onGone, seenAt: this.#env.now() };
    this.#links.set(number, link);
    this.#watch.start();
    this.#feed({ on: "opened", link: number, user, transport });
    this.#receive(link, packets);
    return number;
  }
  post(ask) {
    const link = this.#see(ask.link);
    if (!link) return Promise.resolve(410);
    const { wait } = link.pacer;
    return wait ? this.#holdUp(link, ask, wait) : Promise.resolve(this.#post(link, ask));
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
    link.mailbox.close({ code, reason }, this.#lines(link, this.#batches.take(link)));
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
  /** Who waits for the answer says no more meanwhile; who does not wait is not heard. */
  #holdUp(link, ask, wait) {
    this.#count.paced(link.transport);
    if (link.isHeldUp || wait > HEARING) return Promise.resolve(429);
    link.isHeldUp = true;
    return new Promise((resolve) => {
      this.#env.timer(() => {
        link.isHeldUp = false;
        resolve(this.#links.has(link.number) ? this.#post(link, ask) : 410);
      }, wait);
    });
  }
  #post(link, { n, text, close }) {
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
    const { maxPacket } = this.#options;
    for (const packet of packets) {
      const bytes = Buffer.byteLength(packet);
      const input = inputOf(link.number, packet, bytes, maxPacket);
      link.pacer.spend(framesIn(input), bytes);
      this.#feed(input);
    }
  }
  #put(link, frames) {
    if (link.over) return;
    for (const portion of portions(frames)) {
      link.mailbox.put(this.#lines(link, portion));
      if (link.mailbox.bytes <= this.#options.maxBuffered) continue;
      this.#drop(link);
      return;
    }
  }
  #lines(link, frames) {
    const packets = [...packetsOf(frames)];
    for (const packet of packets) this.#count.sent(link.transport, Buffer.byteLength(packet));
    return packets.map(toLine);
  }
  /** The client closed it. A POST said again is still answered as before. */
  #end(link, code) {
    this.#linger(link, "client");
    link.mailbox.clear();
    this.#log.debug({ link: link.number, code }, "closed");
    this.#feed({ on: "closed", link: link.number, code });
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
    link.onGone();
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
const asPostStatus = (value) => value === 204 || value === 400 || value === 409 || value === 429 ? value : 410;
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
  else {
    who.seat.leave();
    end(response, 426, { upgrade: "websocket" }, "this path takes WebSockets, and POST");
  }
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

const SLOWEST = 2048;
class Bodies {
  #limit;
  #options;
  /** By link: what sends away the body that is under way. */
  #under = /* @__PURE__ */ new Map();
  constructor(options) {
    this.#options = options;
    this.#limit = options.maxPacket * 2 + 65536;
  }
  /** Links with a body under way. */
  get size() {
    return this.#under.size;
  }
  /** @param link a client has one POST of it in flight, so whatever came before this one was given up. */
  async readOf(link, request) {
    this.#under.get(link)?.();
    const sendAway = () => request.destroy();
    this.#under.set(link, sendAway);
    const body = await this.read(request);
    if (this.#under.get(link) === sendAway) this.#under.delete(link);
    return body;
  }
  read(request) {
    if (Number(request.headers["content-length"] ?? 0) > this.#limit) return Promise.resolve(413);
    return new Promise((resolve) => {
      const parts = [];
      let size = 0;
      const onData = (part) => {
        size += part.length;
        if (size > this.#limit) end(413);
        else parts.push(part);
      };
      const onEnd = () => end(toText(Buffer.concat(parts)));
      const onClose = () => end(void 0);
      const cancel = this.#time(
        () => size,
        () => end(408)
      );
      const end = (result) => {
        cancel();
        request.off("data", onData).off("end", onEnd).off("close", onClose).pause();
        resolve(result);
      };
      request.on("error", () => void 0);
      request.on("data", onData).on("end", onEnd).on("close", onClose);
      if (request.destroyed) end(void 0);
    });
  }
  /** What has come buys time for the rest. */
  #time(size, onLate) {
    const { bodyTimeout, env } = this.#options;
    const since = env.now();
    let cancel = () => void 0;
    const wait = () => {
      const left = since + bodyTimeout + size() / SLOWEST * 1e3 - env.now();
      if (left <= 0) onLate();
      else cancel = env.timer(wait, left);
    };
    wait();
    return () => cancel();
  }
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
  /** Of the link, among those of all nodes. */
  get name() {
    return `${this.#grant.node}.${this.#grant.link}`;
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
  #bodies;
  #readers = 0;
  constructor(settings, parts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#bodies = new Bodies(settings);
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
    const { gate, links, node, tickets } = this.#parts;
    const guest = await this.#admit(request);
    if (guest === void 0) return;
    if (typeof guest === "number") {
      gate.refused("opening", guest);
      this.#refuse(request, response, guest);
      return;
    }
    const { user, seat, packets } = guest;
    const link = links.open(user, packets, ask.streams ? "stream" : "poll", seat.leave);
    const source = { desk: links, pass: new Pass(tickets, { node, link, user }), reader: this.#reader() };
    this.#endWithReader(response, source);
    if (ask.streams) await this.#stream(response, source, 0);
    else await this.#poll(response, source, 0, ask.hold);
  }
  /** Who opens a link, and their first packets; or a status, or nothing, where the request was cut off. */
  async #admit(request) {
    const who = await this.#parts.gate.judge(request);
    if (typeof who === "number") return who;
    const packets = await this.#firstPackets(request);
    if (typeof packets === "object") return { ...who, packets };
    who.seat.leave();
    return packets;
  }
  async #firstPackets(request) {
    const text = await this.#bodies.read(request);
    if (typeof text !== "string") return text;
    if (this.#parts.gate.closedFor !== void 0) return 503;
    return fromLines(text) ?? 400;
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
    const text = await this.#bodies.readOf(source.pass.name, request);
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

class Tally {
  #counts = /* @__PURE__ */ new Map();
  /** @param labels those that are told from the beginning, with 0. */
  constructor(...labels) {
    for (const label of labels) this.#counts.set(label, 0);
  }
  add(label, count = 1) {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + count);
  }
  get(label) {
    return this.#counts.get(label) ?? 0;
  }
  [Symbol.iterator]() {
    return this.#counts[Symbol.iterator]();
  }
}

const REFUSALS = /* @__PURE__ */ new Set(["forbidden", "not-encodable", "too-big", "inbox-full"]);
const CLOSES = new Set(Object.values(run.Close));
class Metrics {
  links = new Tally("websocket", "stream", "poll");
  opened = new Tally("websocket", "stream", "poll");
  closed = new Tally();
  received = new Tally();
  sent = new Tally();
  receivedBytes = new Tally("websocket", "stream", "poll");
  sentBytes = new Tally("websocket", "stream", "poll");
  paced = new Tally("websocket", "stream", "poll");
  malformed = new Tally("bad-frame", "too-big");
  faults = new Tally();
  refused = new Tally(...REFUSALS, "hook");
  rejected = new Tally();
  dismissed = new Tally();
  calls = new Tally();
  accepted = 0;
  duplicates = 0;
  published = 0;
  sessions = 0;
  channels = 0;
  #open = /* @__PURE__ */ new Map();
  #now;
  #observe;
  /** @param now seconds. @param observe what a call took. */
  constructor(now, observe) {
    this.#now = now;
    this.#observe = observe;
  }
  /** Times a call of the core's or of the server's own. */
  async time(call, answer) {
    const since = this.#now();
    this.calls.add(call);
    let result = "failed";
    try {
      const value = await answer;
      result = "ok";
      return value;
    } finally {
      this.calls.add(call, -1);
      this.#observe(call, result, this.#now() - since);
    }
  }
  input(input) {
    switch (input.on) {
      case "opened":
        this.#opened(input.link, input.transport ?? "websocket");
        break;
      case "frames":
        for (const { t } of input.frames) this.received.add(t);
        this.#bytes(this.receivedBytes, input.link, input.bytes);
        break;
      case "broken":
        this.malformed.add(input.error.code);
        this.#bytes(this.receivedBytes, input.link, input.bytes);
        break;
      case "closed":
        this.#closed(input.link, input.code ?? run.Close.abnormal);
        break;
      case "done":
        this.#appended(input.result);
        break;
      case "tick":
      case "failed":
      case "changed":
      case "drain":
        break;
      default:
        codec.assertNever(input);
    }
  }
  output(output) {
    switch (output.do) {
      case "write":
        for (const frame of output.frames) this.#said(output.link, frame);
        break;
      case "close":
        if (this.#open.get(output.link)?.isDismissed) this.dismissed.add(String(output.code));
        this.#closed(output.link, output.code);
        break;
      case "log":
        this.#logged(output.event, output.fields);
        break;
      case "follow":
        this.channels += output.wanted ? 1 : -1;
        break;
      case "call":
      case "drained":
        break;
      default:
        codec.assertNever(output);
    }
  }
  /** Packets that left. */
  wrote(transport, bytes) {
    this.sentBytes.add(transport, bytes);
  }
  #opened(link, transport) {
    this.#open.set(link, { transport, hasSession: false, isDismissed: false });
    this.links.add(transport);
    this.opened.add(transport);
  }
  /** The first news of the end counts. */
  #closed(link, code) {
    const open = this.#open.get(link);
    if (!open) return;
    this.#open.delete(link);
    this.links.add(open.transport, -1);
    if (open.hasSession) this.sessions--;
    this.closed.add(CLOSES.has(code) ? String(code) : "other");
  }
  #bytes(tally, link, bytes = 0) {
    const open = this.#open.get(link);
    if (open) tally.add(open.transport, bytes);
  }
  #said(link, frame) {
    this.sent.add(frame.t);
    if (frame.t === "refused") this.refused.add(REFUSALS.has(frame.code) ? frame.code : "hook");
    const open = this.#open.get(link);
    if (!open) return;
    if (frame.t === "retry") open.isDismissed = true;
    if (frame.t === "welcome" && !open.hasSession) {
      open.hasSession = true;
      this.sessions++;
    }
  }
  /** Of the store's answers only that to `append` is `done`. */
  #appended(result) {
    const { is: what, fates = [] } = Object(result);
    if (what !== "done") return;
    for (const { is } of fates) {
      if (is === "stored") this.accepted++;
      else if (is === "duplicate") this.duplicates++;
    }
  }
  #logged(event, { code, count }) {
    if (event === "fault") this.faults.add(String(code));
    else if (event === "repeated") this.duplicates += Number(count);
  }
}

const BUCKETS = [5e-4, 1e-3, 25e-4, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
function createInstruments() {
  const registry = new promClient.Registry();
  const registers = [registry];
  const duration = new promClient.Histogram({
    name: "holdfast_call_duration_seconds",
    help: "What calls of the store and of the hooks took.",
    labelNames: ["call", "result"],
    buckets: BUCKETS,
    registers
  });
  const rows = /* @__PURE__ */ new Map();
  const metrics = new Metrics(
    () => performance.now() / 1e3,
    (call, result, seconds) => {
      const name = `${call} ${result}`;
      const row = rows.get(name) ?? duration.labels({ call, result });
      rows.set(name, row);
      row.observe(seconds);
    }
  );
  const add = (Kind, name, help, value, label) => {
    const labelNames = label === void 0 ? [] : [label];
    const instrument = new Kind({ name: `holdfast_${name}`, help, labelNames, registers, collect: () => read() });
    const read = () => {
      instrument.reset();
      const now = value();
      if (typeof now === "number") instrument.inc(now);
      else for (const [one, count] of now) instrument.inc({ [label ?? ""]: one }, count);
    };
  };
  addLinks(add, metrics);
  addMessages(add, metrics);
  return { metrics, text: () => registry.metrics() };
}
function addLinks(add, metrics) {
  add(promClient.Gauge, "links", "Links open now.", () => metrics.links, "transport");
  add(promClient.Gauge, "sessions", "Links that hold a session.", () => metrics.sessions);
  add(promClient.Gauge, "channels", "Channels that this node follows.", () => metrics.channels);
  add(promClient.Gauge, "calls_in_progress", "Calls of the store and of the hooks under way.", () => metrics.calls, "call");
  add(promClient.Counter, "links_opened_total", "Links opened.", () => metrics.opened, "transport");
  add(promClient.Counter, "links_closed_total", "Links ended, by close code.", () => metrics.closed, "code");
  add(promClient.Counter, "links_dismissed_total", "Links told when to come back.", () => metrics.dismissed, "code");
  add(promClient.Counter, "links_refused_total", "Upgrades and openings refused, by status.", () => metrics.rejected, "status");
  add(promClient.Counter, "received_bytes_total", "Packets of clients.", () => metrics.receivedBytes, "transport");
  add(promClient.Counter, "sent_bytes_total", "Packets to clients.", () => metrics.sentBytes, "transport");
  add(
    promClient.Counter,
    "links_paced_total",
    "Links that said too much, and were not heard for a while.",
    () => metrics.paced,
    "transport"
  );
  add(promClient.Counter, "packets_malformed_total", "Packets not understood.", () => metrics.malformed, "code");
  add(promClient.Counter, "faults_total", "Links closed for what was wrong.", () => metrics.faults, "code");
}
function addMessages(add, metrics) {
  add(promClient.Counter, "frames_received_total", "Frames of clients.", () => metrics.received, "type");
  add(promClient.Counter, "frames_sent_total", "Frames to clients.", () => metrics.sent, "type");
  add(promClient.Counter, "messages_accepted_total", "Messages stored for clients.", () => metrics.accepted);
  add(promClient.Counter, "messages_duplicate_total", "Messages said again after they were stored.", () => metrics.duplicates);
  add(promClient.Counter, "messages_refused_total", "Messages refused.", () => metrics.refused, "code");
  add(promClient.Counter, "messages_pushed_total", "Messages pushed to subscriptions.", () => metrics.sent.get("message"));
  add(promClient.Counter, "messages_published_total", "Messages of the server itself stored.", () => metrics.published);
}

const nothing = () => void 0;
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const printable = (text) => text.replace(UNSAFE, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
function safely(log) {
  const line = (level) => (fields, message) => {
    const said = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? printable(value) : value
    ]);
    log[level](Object.fromEntries(said), message);
  };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const BATCH = 256;
const MOST$1 = 1e4;
const FIRST_WAIT = 50;
const MAX_WAIT = 2e3;
class Publisher {
  #parts;
  /** Made when they are needed. */
  #name;
  #seq = 0;
  /** The highest that the store has taken. */
  #got = 0;
  #isOpen = false;
  #queue = [];
  #run;
  #isClosed = false;
  constructor(parts) {
    this.#parts = parts;
  }
  /** Rejects with `MessageError`. */
  async publish(ch, body, from) {
    const packed = codec.pack(body);
    this.#admit(codec.sizeOf(packed));
    const { env, callTimeout } = this.#parts;
    const until = env.now() + callTimeout;
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft: this.#draft(ch, packed, from), until, isSaid: false, resolve, reject });
      this.#run ??= this.#work();
    });
  }
  /** Nothing more is taken. Resolves when all that was is settled; then the store may forget this client. */
  async close() {
    this.#isClosed = true;
    await this.#run;
    if (this.#isOpen) await this.#parts.store.forget({ client: this.#client, below: Infinity }).catch(() => void 0);
  }
  get #client() {
    return this.#names.client;
  }
  get #names() {
    const { env } = this.#parts;
    return this.#name ??= { client: env.id(), key: env.id() };
  }
  #admit(bytes) {
    const { maxPacket } = this.#parts;
    if (this.#isClosed) throw new run.MessageError("closed", "the server is closed");
    if (bytes > maxPacket)
      throw new run.MessageError("too-big", `the body is ${bytes} bytes, and ${maxPacket} are the most`);
    if (this.#queue.length >= MOST$1) throw new run.MessageError("queue-full", `${MOST$1} messages wait for the store`);
  }
  #draft(ch, body, from) {
    const seq = ++this.#seq;
    return { ch, seq, id: `${this.#client}:${seq}`, from, time: this.#parts.wall(), body };
  }
  /** One batch at a time, each batch all that came meanwhile; what failed is said again. */
  async #work() {
    const { env } = this.#parts;
    await new Promise((resolve) => env.defer(resolve));
    for (let failures = 0; this.#queue.length; ) {
      try {
        await this.#limited(this.#store(this.#queue.slice(0, BATCH)));
        failures = 0;
      } catch (cause) {
        await this.#pause(Math.min(MAX_WAIT, FIRST_WAIT * 2 ** failures++));
        this.#giveUp(cause);
      }
    }
    this.#run = void 0;
  }
  /** A store that hangs has failed when the oldest message is given up. */
  #limited(work) {
    return new Promise((resolve, reject) => {
      const cancel = this.#parts.env.timer(() => reject(new Error("the store does not answer")), this.#patience);
      work.then(resolve, reject).finally(cancel);
    });
  }
  #pause(ms) {
    return new Promise((resolve) => void this.#parts.env.timer(resolve, Math.min(ms, this.#patience)));
  }
  get #patience() {
    return Math.max(0, (this.#queue[0]?.until ?? 0) - this.#parts.env.now());
  }
  #giveUp(cause) {
    const now = this.#parts.env.now();
    for (const item of this.#queue.filter(({ until }) => until <= now)) {
      const [code, what] = item.isSaid ? ["in-doubt", "may be stored"] : ["expired", "is not stored"];
      this.#settle(item, new run.MessageError(code, `the store fails; the message ${what}`, { cause }));
    }
  }
  async #store(batch) {
    const { store } = this.#parts;
    const { client, key } = this.#names;
    if (!this.#isOpen) {
      const opened = await store.open({ client, key, user: "", acked: this.#got });
      if (opened.is !== "open") throw new Error("the client id is not free");
      this.#isOpen = true;
    }
    let after = this.#got;
    const records = batch.map(({ draft }) => {
      const record = { ...draft, after };
      after = draft.seq;
      return record;
    });
    for (const item of batch) item.isSaid = true;
    await this.#read(batch, await store.append({ client, records }));
  }
  async #read(batch, appended) {
    if (appended.is === "unknown" || appended.fates[0]?.is === "gap") {
      this.#isOpen = false;
      throw new Error("the store has forgotten this client");
    }
    this.#got = Math.max(this.#got, appended.seq);
    const placeless = batch.filter((item, at) => !this.#hear(item, appended.fates[at]));
    const [first] = placeless;
    if (first) await this.#find(placeless, first.draft.seq);
    if (batch.every((item) => this.#queue.includes(item))) throw new Error("the store has settled nothing");
  }
  /** False for one that is in, where is not said. */
  #hear(item, fate) {
    if (fate?.is === "full") this.#settle(item, new run.MessageError("refused", `inbox-full: ${fate.reason}`));
    else if (fate?.is === "stored" || fate?.is === "duplicate") {
      if (!fate.place) return false;
      this.#settle(item, fate.place);
    }
    return true;
  }
  async #find(items, from) {
    const places = new Map((await this.#parts.store.sent({ client: this.#client, from })).map((one) => [one.seq, one]));
    for (const item of items) {
      const place = places.get(item.draft.seq);
      this.#settle(item, place ?? new run.MessageError("in-doubt", "the message was not stored, or nobody knows where"));
    }
  }
  /** Once: an answer that comes late finds its message settled. */
  #settle(item, outcome) {
    const at = this.#queue.indexOf(item);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    if (outcome instanceof run.MessageError) item.reject(outcome);
    else item.resolve({ id: item.draft.id, epoch: outcome.epoch, offset: outcome.offset });
  }
}

const PAGE_BYTES = 8388608;
const isChannel = [
  "a name of 1 to 255 letters",
  (value) => typeof value === "string" && value.length > 0 && value.length <= 255
];
const isUser = ["a string up to 4,096", (value) => typeof value === "string" && value.length <= 4096];
class Owner {
  #settings;
  #metrics;
  #publisher;
  /** @param wall ms since 1970. */
  constructor(settings, metrics, wall) {
    const { store, env, maxPacket, callTimeout } = settings;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#publisher = new Publisher({
      store: {
        open: (ask) => metrics.time("open", store.open(ask)),
        append: (ask) => metrics.time("append", store.append(ask)),
        sent: (ask) => metrics.time("sent", store.sent(ask)),
        forget: (ask) => metrics.time("forget", store.forget(ask))
      },
      ...{ env, wall, maxPacket, callTimeout }
    });
  }
  async publish(channel, body, options) {
    checkOptions({ channel }, { channel: isChannel });
    checkOptions(options, { from: isUser });
    const published = await this.#publisher.publish(channel, body, options.from ?? "");
    this.#metrics.published++;
    return published;
  }
  async read(channel, options) {
    checkOptions({ channel }, { channel: isChannel });
    checkOptions(options, { from: isWhole$1(0), limit: isWhole$1(0, 1e3) });
    const { from = 0, limit = 100 } = options;
    const { epoch, oldest, next, entries } = await this.#read(channel, from, limit);
    return { epoch, oldest, next, entries: entries.map((entry) => ({ ...entry, body: codec.unpack(entry.body) })) };
  }
  /** All that was to be published is settled. */
  close() {
    return this.#publisher.close();
  }
  async #read(ch, from, limit) {
    const { store, env, callTimeout } = this.#settings;
    let cancel = () => void 0;
    const late = new Promise((_, reject) => {
      cancel = env.timer(() => reject(new Error("no answer within the call timeout")), callTimeout);
    });
    try {
      return await Promise.race([this.#metrics.time("read", store.read({ ch, from, limit, bytes: PAGE_BYTES })), late]);
    } catch (cause) {
      throw new run.HoldfastError("unavailable", "the store cannot be read now", { cause });
    } finally {
      cancel();
    }
  }
}

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

const DAY = 864e5;
const storeLimits = {
  maxEntries: 1e4,
  maxBytes: 2 ** 24,
  maxAge: DAY,
  inboxEntries: 1e3,
  inboxBytes: 2 ** 22,
  inboxAge: 7 * DAY,
  clientTtl: 7 * DAY,
  maxClients: 1e5,
  maxCursors: 1e3
};
const limitChecks = {
  maxEntries: isLimit(1),
  maxBytes: isLimit(1),
  maxAge: isLimit(1),
  inboxEntries: isLimit(1),
  inboxBytes: isLimit(1),
  inboxAge: isLimit(1),
  clientTtl: isLimit(1),
  maxClients: isLimit(1),
  maxCursors: isLimit(1)
};

const PLACES = 1e3;
const LEFT = 6e5;
const OVERHEAD = 256;
const costOf = ({ body }) => (typeof body === "string" ? Buffer.byteLength(body) : body.length) + OVERHEAD;
function verdict(seq, draft) {
  if (draft.seq <= seq) return "duplicate";
  return draft.after > seq ? "gap" : "next";
}
function fullBy(limits, held, cost) {
  const { inboxEntries, inboxBytes } = limits;
  if (held.size >= inboxEntries) return `the inbox holds ${inboxEntries} messages that were not fetched`;
  if (held.size && held.bytes + cost > inboxBytes) return `the inbox holds ${held.bytes} bytes that were not fetched`;
  return void 0;
}
function moved(kept, said, present) {
  if (!kept) return said;
  if (kept.epoch !== said.epoch) return said.epoch === present || kept.epoch !== present ? said : kept;
  const further = said.offset > kept.offset ? said : kept;
  if (said.since > kept.offset + 1 || said.offset < kept.since - 1) return further;
  return { ...further, since: Math.min(kept.since, said.since) };
}
function hadByAll(cursors, epoch) {
  let least = Infinity;
  for (const cursor of cursors) least = Math.min(least, cursor.epoch === epoch ? cursor.offset : 0);
  return least === Infinity ? 0 : least;
}

class Books {
  #clients;
  #seats;
  #logs;
  #tell;
  /** @param tell hears of each change when it is made. */
  constructor(clients, seats, logs, tell) {
    this.#clients = clients;
    this.#seats = seats;
    this.#logs = logs;
    this.#tell = tell;
  }
  open(ask) {
    if (ask.acked <= (this.#clients.leftAt(ask.client) ?? -1)) return { is: "left" };
    const known = this.#find(ask.client);
    if (known && (known.key !== ask.key || known.user !== ask.user)) return { is: "taken" };
    const client = known ?? this.#clients.add(ask);
    client.seq = Math.max(client.seq, ask.acked);
    this.#clients.save(client);
    this.expire();
    return { is: "open", seq: client.seq, known: known !== void 0 };
  }
  append({ client, records }) {
    const one = this.#find(client);
    if (!one) return { is: "unknown" };
    const fates = records.map((record) => this.#take(one, record));
    this.#clients.save(one);
    const grown = new Set(fates.flatMap((fate) => fate.is === "stored" ? [fate.place.ch] : []));
    for (const ch of grown) {
      const { epoch, next } = this.#logs.bounds(ch);
      this.#tell({ is: "grown", ch, epoch, next });
    }
    return { is: "done", seq: one.seq, fates };
  }
  read(ask) {
    return this.#logs.read(ask);
  }
  sent({ client, from }) {
    return this.#clients.placesFrom(client, from);
  }
  cursor({ client, ch }) {
    return this.#seats.get(client, ch);
  }
  keep({ client, ch, cursor }) {
    const one = this.#find(client);
    if (!one) return;
    this.#clients.save(one);
    const kept = moved(this.#seats.get(client, ch), cursor, this.#logs.bounds(ch).epoch);
    const displaced = this.#seats.put(one, ch, kept);
    this.#trim(ch);
    this.#tell({ is: "member", ch, member: memberOf(one, kept) });
    for (const other of displaced) this.#left(client, other);
  }
  leave({ client, ch }) {
    const was = this.#seats.get(client, ch);
    if (!was || !this.#seats.delete(client, ch)) return;
    if (isInbox(ch)) this.#remember(client, ch, was);
    this.#left(client, ch);
  }
  forget({ client, below }) {
    const one = this.#find(client);
    if (!one || one.seq >= below) return;
    this.#drop(client);
    this.#clients.part(client, one.seq);
  }
  members({ ch }) {
    this.expire();
    const members = [...this.#seats.in(ch)].map(([client, cursor]) => memberOf(client, cursor));
    const past = isInbox(ch) ? this.#logs.past(ch) : void 0;
    return { ...this.#logs.bounds(ch), members, ...past && { past } };
  }
  seen({ devices }) {
    for (const device of devices) this.#see(device);
  }
  #take(client, record) {
    const is = verdict(client.seq, record);
    if (is === "gap") return { is };
    if (is === "duplicate") {
      const place2 = this.#clients.placeOf(client, record.seq);
      return { is, ...place2 && { place: place2 } };
    }
    const place = this.#logs.add(record);
    if (typeof place === "string") return { is: "full", reason: place };
    client.seq = record.seq;
    this.#clients.place(client, place);
    return { is: "stored", place };
  }
  #see(device) {
    const { client, user, presence, seenAt } = device;
    const one = this.#find(client);
    const last = one?.device;
    if (!one || last && seenAt < last.seenAt) return;
    one.device = { client, user, presence, seenAt };
    this.#clients.save(one);
    if (presence === (last?.presence ?? "offline") && user === (last?.user ?? one.user)) return;
    for (const ch of this.#seats.of(client)) {
      const cursor = this.#seats.get(client, ch);
      if (cursor) this.#tell({ is: "member", ch, member: memberOf(one, cursor) });
    }
  }
  /** The client, unless it was idle for too long. */
  #find(name) {
    this.expire(name);
    return this.#clients.find(name);
  }
  /** Forgets clients that were idle for too long, or are too many. */
  expire(name) {
    for (const client of this.#clients.due(name)) this.#drop(client);
  }
  #drop(client) {
    for (const ch of this.#seats.of(client)) this.leave({ client, ch });
    this.#clients.delete(client);
  }
  #left(client, ch) {
    this.#trim(ch);
    this.#tell({ is: "left", ch, client });
  }
  /** What those of an inbox had who are gone: of what was deleted then it is known that it had arrived. */
  #remember(client, ch, cursor) {
    const known = this.#logs.past(ch);
    const joined = moved(known?.cursor, cursor, this.#logs.bounds(ch).epoch);
    const name = known && joined.offset > cursor.offset ? known.client : client;
    const user = ch.slice(1);
    this.#logs.remember(ch, { client: name, user, presence: "offline", seenAt: joined.time, cursor: joined });
  }
  /** What all have leaves an inbox, also when the one who had not is gone: a full one would never be read again. */
  #trim(ch) {
    if (isInbox(ch)) this.#logs.trim(ch, hadByAll(this.#seats.cursors(ch), this.#logs.bounds(ch).epoch));
  }
}
const memberOf = ({ name, user, device }, cursor) => ({
  ...device ?? { client: name, user, presence: "offline", seenAt: cursor.time },
  cursor
});

class Places {
  #list = [];
  add(place) {
    this.#list.push(place);
    if (this.#list.length > PLACES * 1.25) this.#list = this.#list.slice(-PLACES);
  }
  /** Those whose number is `seq` or higher. */
  from(seq) {
    return this.#list.slice(this.#index(seq));
  }
  find(seq) {
    const place = this.#list[this.#index(seq)];
    return place?.seq === seq ? place : void 0;
  }
  /** Where the first of them is. */
  #index(seq) {
    return firstFrom(this.#list, seq, (place) => place.seq);
  }
}

class Clients {
  #limits;
  #now;
  /** The one used last stands last. */
  #clients = /* @__PURE__ */ new Map();
  /** Those who have left, and until when that counts. */
  #left = /* @__PURE__ */ new Map();
  constructor(limits, now) {
    this.#limits = limits;
    this.#now = now;
  }
  find(name) {
    return this.#clients.get(name);
  }
  add({ client, key, user }) {
    const device = void 0;
    return { name: client, key, user, seq: 0, device, touchedAt: 0, places: new Places() };
  }
  save(client) {
    client.touchedAt = this.#now();
    this.#clients.delete(client.name);
    this.#clients.set(client.name, client);
  }
  delete(name) {
    this.#clients.delete(name);
  }
  part(name, seq) {
    const now = this.#now();
    this.#left.delete(name);
    this.#left.set(name, { seq, until: now + LEFT });
    for (const [oldest, { until }] of this.#left) {
      if (until > now && this.#left.size <= this.#limits.maxClients) break;
      this.#left.delete(oldest);
    }
  }
  leftAt(name) {
    const left = this.#left.get(name);
    return left && left.until > this.#now() ? left.seq : void 0;
  }
  due() {
    const { clientTtl, maxClients } = this.#limits;
    const since = this.#now() - clientTtl;
    const due = [];
    for (const [name, { touchedAt }] of this.#clients) {
      if (touchedAt > since && this.#clients.size - due.length <= maxClients) break;
      due.push(name);
    }
    return due;
  }
  place({ places }, place) {
    places.add(place);
  }
  placeOf({ places }, seq) {
    return places.find(seq);
  }
  placesFrom(name, seq) {
    return this.#clients.get(name)?.places.from(seq) ?? [];
  }
}

class Log {
  epoch;
  /** Of an inbox: what former members had. */
  past;
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

const SWEEP$1 = 6e4;
class Logs {
  #limits;
  #now;
  #id;
  /** The channel written last stands last. */
  #logs = /* @__PURE__ */ new Map();
  #bytes = 0;
  /** Counts the channels forgotten: one that begins again must not look like the one that was. */
  #generation = 0;
  #sweepAt = -Infinity;
  constructor(limits, now, id) {
    this.#limits = limits;
    this.#now = now;
    this.#id = id;
  }
  add({ ch, seq, after: _, ...draft }) {
    this.#sweep();
    const log = this.#logs.get(ch) ?? new Log(this.#fresh);
    const full = isInbox(ch) ? fullBy(this.#limits, log, costOf(draft)) : void 0;
    if (full !== void 0) return full;
    const offset = log.next;
    this.#logs.delete(ch);
    this.#logs.set(ch, log);
    this.#resize(log, () => log.add({ offset, ...draft }));
    this.#limit(log, isInbox(ch));
    return { seq, ch, epoch: log.epoch, offset };
  }
  read({ ch, from, limit, bytes }) {
    this.#sweep();
    return this.#logs.get(ch)?.read(from, limit, bytes) ?? { ...this.#empty, entries: [] };
  }
  bounds(ch) {
    this.#sweep();
    const { epoch, oldest, next } = this.#logs.get(ch) ?? this.#empty;
    return { epoch, oldest, next };
  }
  trim(ch, offset) {
    const log = this.#logs.get(ch);
    while (log?.size && log.oldest <= offset) this.#resize(log, () => log.trim());
  }
  past(ch) {
    return this.#logs.get(ch)?.past;
  }
  remember(ch, past) {
    const log = this.#logs.get(ch);
    if (log) log.past = past;
  }
  get #empty() {
    return { epoch: this.#fresh, oldest: 1, next: 1 };
  }
  /** The epoch of a channel that begins now. */
  get #fresh() {
    return this.#generation ? `${this.#id}.${this.#generation}` : this.#id;
  }
  #limit(log, inbox) {
    const { maxEntries, maxBytes, maxChannels, totalBytes } = this.#limits;
    while (!inbox && (log.size > maxEntries || log.bytes > maxBytes && log.size > 1))
      this.#resize(log, () => log.trim());
    for (const [ch, oldest] of this.#logs) {
      if (oldest === log || this.#logs.size <= maxChannels && this.#bytes <= totalBytes) break;
      this.#logs.delete(ch);
      this.#bytes -= oldest.bytes;
      this.#generation++;
    }
    while (this.#bytes > totalBytes && log.size > 1) this.#resize(log, () => log.trim());
  }
  /** A channel without entries keeps its count: what is quiet for a day has lost nothing. */
  #sweep() {
    const now = this.#now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP$1;
    const { maxAge, inboxAge } = this.#limits;
    for (const [ch, log] of this.#logs) {
      const least = now - (isInbox(ch) ? inboxAge : maxAge);
      while (log.since <= least) this.#resize(log, () => log.trim());
    }
  }
  #resize(log, change) {
    this.#bytes -= log.bytes;
    change();
    this.#bytes += log.bytes;
  }
}

class Seats {
  #max;
  /** By channel, and in it by client. */
  #channels = /* @__PURE__ */ new Map();
  /** By client, and of it by channel; the one changed last stands last. */
  #clients = /* @__PURE__ */ new Map();
  /** @param max channels of one client. */
  constructor(max) {
    this.#max = max;
  }
  get(client, ch) {
    return this.#channels.get(ch)?.get(client)?.cursor;
  }
  put(client, ch, cursor) {
    const { name } = client;
    this.delete(name, ch);
    const [members, channels] = [partOf(this.#channels, ch), partOf(this.#clients, name)];
    members.set(name, { client, cursor });
    channels.set(ch, { client, cursor });
    const displaced = channels.size > this.#max ? [...channels.keys()].slice(0, channels.size - this.#max) : [];
    for (const one of displaced) this.delete(name, one);
    return displaced;
  }
  delete(client, ch) {
    drop(this.#clients, client, ch);
    return drop(this.#channels, ch, client);
  }
  of(client) {
    return [...this.#clients.get(client)?.keys() ?? []];
  }
  *cursors(ch) {
    for (const { cursor } of this.#channels.get(ch)?.values() ?? []) yield cursor;
  }
  *in(ch) {
    for (const { client, cursor } of this.#channels.get(ch)?.values() ?? []) yield [client, cursor];
  }
}
function partOf(parts, name) {
  const part = parts.get(name) ?? /* @__PURE__ */ new Map();
  parts.set(name, part);
  return part;
}
function drop(parts, name, key) {
  const part = parts.get(name);
  if (!part?.delete(key)) return false;
  if (!part.size) parts.delete(name);
  return true;
}

class Watchers {
  #listeners = /* @__PURE__ */ new Set();
  /** Returns the end of the telling. */
  add(onChange) {
    this.#listeners.add(onChange);
    return () => {
      this.#listeners.delete(onChange);
    };
  }
  tell(change) {
    for (const listener of this.#listeners) listener(change);
  }
}

const tablesDefaults = { ...storeLimits, maxChannels: 1e4, totalBytes: 2 ** 28 };
class Tables extends Books {
  #watchers;
  /** @param now ms since 1970. @param id a name that no other store has. */
  constructor(options, now, id) {
    const watchers = new Watchers();
    const tell = (change) => watchers.tell(change);
    super(new Clients(options, now), new Seats(options.maxCursors), new Logs(options, now, id), tell);
    this.#watchers = watchers;
  }
  watch(onChange) {
    return this.#watchers.add(onChange);
  }
}

class MemoryStore {
  #tables;
  #bus = new Bus();
  /** Throws `OptionError`. */
  constructor(options = {}) {
    checkOptions(options, {
      ...limitChecks,
      maxChannels: isLimit(1),
      totalBytes: isLimit(1),
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
  sent(ask) {
    return Promise.resolve(this.#tables.sent(ask));
  }
  cursor(ask) {
    return Promise.resolve(this.#tables.cursor(ask));
  }
  keep(ask) {
    this.#tables.keep(ask);
    return Promise.resolve();
  }
  leave(ask) {
    this.#tables.leave(ask);
    return Promise.resolve();
  }
  forget(ask) {
    this.#tables.forget(ask);
    return Promise.resolve();
  }
  members(ask) {
    return Promise.resolve(this.#tables.members(ask));
  }
  seen(ask) {
    this.#tables.seen(ask);
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
const storeMethods = [
  "open",
  "append",
  "read",
  "sent",
  "cursor",
  "keep",
  "leave",
  "forget",
  "members",
  "seen",
  "watch",
  "close"
];
function settle$1(given) {
  checkOptions(given, {
    store: hasMethods("a store", ...storeMethods),
    authenticate: orAbsent(isFunction),
    authorize: orAbsent(isFunction),
    onMessage: orAbsent(isFunction),
    secret: isSecret,
    ticketTtl: isTime(1),
    allowedOrigins: orAbsent(isOrigins),
    idle: isTime(100),
    helloTimeout: isTime(1),
    authenticateTimeout: isTime(1),
    bodyTimeout: isTime(1),
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
    maxFrameRate: isLimit(1),
    maxByteRate: isLimit(1024),
    maxLinksPerUser: isLimit(1),
    maxLinksPerAddress: isLimit(1),
    trustProxy: isWhole$1(0, 16),
    maxAccepts: isLimit(1),
    presenceGrace: isTime(0),
    presenceEvery: isTime(100),
    perMessageDeflate: isBoolean,
    log: hasMethods("a logger with debug, info, warn and error", "debug", "info", "warn", "error"),
    env: hasMethods("now, timer, random, id and defer", "now", "timer", "random", "id", "defer")
  });
  return withDefaults(defaults(given), given);
}
function defaults({ store }) {
  const { idle, helloTimeout, callTimeout, maxPacket, window, pushWindow } = serverDefaults;
  const { maxSubscriptions, maxLinks, maxAccepts, presenceGrace, presenceEvery } = serverDefaults;
  return {
    ...{ idle, helloTimeout, callTimeout, maxPacket, window, pushWindow, maxSubscriptions, maxLinks, maxAccepts },
    ...{ presenceGrace, presenceEvery },
    store: store ?? new MemoryStore(),
    authenticate: void 0,
    authorize: void 0,
    onMessage: void 0,
    secret: node_crypto.randomBytes(32),
    ticketTtl: 864e5,
    allowedOrigins: void 0,
    authenticateTimeout: 1e4,
    bodyTimeout: 1e4,
    maxBuffered: 2 ** 24,
    keepAlive: 15e3,
    pollHold: 25e3,
    pollGrace: 3e4,
    linkTtl: 36e5,
    maxFrameRate: 5e4,
    maxByteRate: 2 ** 26,
    maxLinksPerUser: 100,
    maxLinksPerAddress: Infinity,
    trustProxy: 0,
    perMessageDeflate: false,
    log: silent,
    // What all clients had said by this turn of the loop is answered in it, a packet a link: the busier, the fewer packets.
    env: { ...env.createEnv(), defer: (callback) => void setImmediate(callback) }
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
  #count;
  #onEmpty;
  /** @param number the next link's number. */
  constructor(options, env, log, feed, number, count) {
    this.#options = options;
    this.#number = number;
    this.#count = count;
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
    const listen = this.#pace(socket);
    socket.on("message", (data, isBinary) => {
      if (!this.#links.has(number)) return;
      const input = this.#receive(number, data, isBinary);
      listen(framesIn(input), input.bytes ?? 0);
    });
    for (const kind of ["ping", "pong"])
      socket.on(kind, ({ length }) => {
        if (this.#links.has(number)) listen(1, length);
      });
    socket.on("error", (err) => this.#log.debug({ link: number, err }, "socket error"));
    socket.on("close", (code) => this.#closed(number, socket, code));
    this.#feed({ on: "opened", link: number, user, transport: "websocket" });
  }
  #closed(number, socket, code) {
    this.#links.delete(number);
    this.#open.delete(socket);
    this.#log.debug({ link: number, code }, "closed");
    this.#feed({ on: "closed", link: number, code });
    if (!this.#open.size) this.#onEmpty?.();
  }
  /** Stops reading from a socket that says too much, until it may say more: to TCP, its sender is held up. */
  #pace(socket) {
    const pacer = new Pacer(this.#options, this.#env);
    let cancel;
    const look = () => {
      cancel = void 0;
      const { wait } = pacer;
      if (wait) cancel = this.#env.timer(look, wait);
      else socket.resume();
    };
    socket.once("close", () => cancel?.());
    return (frames, bytes) => {
      pacer.spend(frames, bytes);
      if (cancel || !pacer.wait) return;
      socket.pause();
      this.#count.paced();
      look();
    };
  }
  #receive(link, data, isBinary) {
    const bytes = data;
    const packet = isBinary ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes.toString();
    const input = inputOf(link, packet, bytes.length);
    this.#feed(input);
    return input;
  }
  #send(socket, frames) {
    if (socket.readyState !== ws.WebSocket.OPEN) return;
    for (const portion of portions(frames)) {
      for (const packet of packetsOf(portion)) {
        const binary = typeof packet !== "string";
        const bytes = binary ? packet : Buffer.from(packet);
        this.#count.sent(bytes.length);
        socket.send(bytes, { binary });
      }
      if (this.#bound(socket)) return;
    }
  }
  /** It asks for much and reads nothing: the core has stopped pushing long before. */
  #bound(socket) {
    const isOver = socket.bufferedAmount > this.#options.maxBuffered;
    if (isOver) socket.terminate();
    return isOver;
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
  const settings = settle$1(options);
  return new Running({ ...settings, log: safely(settings.log) }, options.store === void 0);
}
class Running {
  #settings;
  #ownsStore;
  #machine;
  #feed;
  #instruments = createInstruments();
  #owner;
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
    const { metrics } = this.#instruments;
    const number = upwards();
    const hear = (input) => this.#hear(input);
    const sockets = new Sockets(settings, env, log, hear, number, {
      sent: (bytes) => metrics.wrote("websocket", bytes),
      paced: () => metrics.paced.add("websocket")
    });
    this.#links = new HttpLinks(settings, env, log, hear, number, {
      sent: (by, bytes) => metrics.wrote(by, bytes),
      paced: (by) => metrics.paced.add(by)
    });
    this.#carriers = [sockets, this.#links];
    this.#gate = new Gate(settings, (status) => metrics.rejected.add(String(status)));
    this.#owner = new Owner(settings, metrics, wall);
    const node = env.id();
    this.#relay = new Relay({ node, store, local: this.#links, env, log });
    this.#door = new Door(settings, this.#gate, sockets, this.#rungs(node));
    this.#unwatch = store.watch((change) => this.#hear({ on: "changed", change }));
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
  publish(channel, body, options = {}) {
    return this.#owner.publish(channel, body, options);
  }
  read(channel, options = {}) {
    return this.#owner.read(channel, options);
  }
  metrics() {
    return this.#instruments.text();
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
    this.#hear({ on: "drain", after, spread });
    await Promise.all([drained, this.#owner.close()]);
    await Promise.all(this.#carriers.map((carrier) => carrier.empty()));
    this.#relay.stop();
    await this.#door.leave();
    this.#links.stop();
    this.#unwatch();
    if (this.#ownsStore) await this.#settings.store.close();
  }
  /** All that the core hears is counted. */
  #hear(input) {
    this.#instruments.metrics.input(input);
    this.#feed(input);
  }
  #perform(output) {
    this.#instruments.metrics.output(output);
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
      case "follow":
        this.#settings.store.follow?.(output.ch, output.wanted);
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
    this.#instruments.metrics.time(request.call, perform$1(request, this.#asked)).then(
      (result) => this.#hear({ on: "done", op, result }),
      (error) => this.#hear({ on: "failed", op, error })
    );
  }
}
function upwards() {
  let count = 0;
  return () => ++count;
}
const wall = () => Date.now();
function coreOptions({ secret, ticketTtl, authorize, onMessage, ...settings }) {
  const tickets = createTickets(secret, ticketTtl, wall);
  const hooks = { guarded: authorize !== void 0, reviewed: onMessage !== void 0 };
  return { ...serverDefaults, ...settings, ...tickets, ...hooks, wall };
}

const MOST = 500;
class Commits {
  #commit;
  #jobs = [];
  #planned;
  /** @param commit does all of the work, or throws and none of it is done. */
  constructor(commit) {
    this.#commit = commit;
  }
  add(work) {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ work, resolve, reject });
      this.#plan();
    });
  }
  /** Resolves when nothing waits any more. */
  async idle() {
    while (this.#planned) await this.#planned;
  }
  #plan() {
    this.#planned ??= new Promise(
      (done) => setImmediate(() => {
        this.#planned = void 0;
        this.#write(this.#jobs.splice(0, MOST));
        if (this.#jobs.length) this.#plan();
        done();
      })
    );
  }
  #write(jobs) {
    try {
      this.#together(jobs);
    } catch (error) {
      if (jobs.length > 1) for (const job of jobs) this.#alone(job);
      else jobs[0]?.reject(error);
    }
  }
  #together(jobs) {
    const results = [];
    this.#commit(() => {
      for (const { work } of jobs) results.push(work());
    });
    for (const [at, { resolve }] of jobs.entries()) resolve(results[at]);
  }
  #alone(job) {
    try {
      this.#together([job]);
    } catch (error) {
      job.reject(error);
    }
  }
}

const finite = (value) => Math.min(value, Number.MAX_SAFE_INTEGER);

const isPlain = (text) => !/[\0\p{Surrogate}]/u.test(text);
const toName = (text) => isPlain(text) ? text : Buffer.from(text, "utf16le");
const fromName = (stored) => typeof stored === "string" ? stored : Buffer.from(stored).toString("utf16le");
const toBytes = (body) => typeof body === "string" ? Buffer.from(body) : body;
const fromBytes = (stored, isText) => isText ? Buffer.from(stored).toString() : new Uint8Array(stored);

const SOME$1 = 50;
class FileClients {
  #sqlite;
  #limits;
  #now;
  /** How many there are; unknown after a step that was undone. */
  #count;
  /** Nobody is idle for too long before. */
  #idleAt = -Infinity;
  #budget = SOME$1;
  constructor(sqlite, limits, now) {
    this.#sqlite = sqlite;
    this.#limits = limits;
    this.#now = now;
  }
  /** Whether some are still to be forgotten. */
  get behind() {
    return this.#budget <= 0;
  }
  /** A step begins: some more may be forgotten in it. */
  begin() {
    this.#budget = SOME$1;
  }
  /** What was noted beside the database may be wrong: a step was undone. */
  undone() {
    this.#count = void 0;
    this.#idleAt = -Infinity;
  }
  find(name) {
    const row = this.#sqlite.one("SELECT * FROM clients WHERE name = ?", toName(name));
    return row && clientOf(row);
  }
  add({ client, key, user }) {
    const sql = `INSERT INTO clients (name, key, user, seq, touched, places) VALUES (?, ?, ?, 0, ?, 0)`;
    const id = this.#sqlite.run(sql, toName(client), key, toName(user), this.#now());
    if (this.#count !== void 0) this.#count++;
    return { id, name: client, key, user, seq: 0, places: 0, device: void 0 };
  }
  save({ id, seq, places, device }) {
    this.#sqlite.run(
      "UPDATE clients SET seq = ?, touched = ?, places = ?, seen_user = ?, presence = ?, seen_at = ? WHERE id = ?",
      ...[seq, this.#now(), places, device ? toName(device.user) : null],
      ...[device?.presence ?? null, device?.seenAt ?? null, id]
    );
  }
  delete(name) {
    const client = this.find(name);
    if (!client) return;
    this.#sqlite.run("DELETE FROM places WHERE client = ?", client.id);
    this.#sqlite.run("DELETE FROM clients WHERE id = ?", client.id);
    if (this.#count !== void 0) this.#count--;
  }
  part(name, seq) {
    const now = this.#now();
    this.#sqlite.run("INSERT OR REPLACE INTO gone (name, seq, until) VALUES (?, ?, ?)", toName(name), seq, now + LEFT);
    this.#sqlite.run("DELETE FROM gone WHERE until <= ?", now);
    const last = "SELECT rowid FROM gone ORDER BY rowid DESC LIMIT 1 OFFSET ?";
    this.#sqlite.run(`DELETE FROM gone WHERE rowid <= (${last})`, finite(this.#limits.maxClients));
  }
  leftAt(name) {
    const row = this.#sqlite.one("SELECT seq FROM gone WHERE name = ? AND until > ?", toName(name), this.#now());
    return row && Number(row["seq"]);
  }
  due(name) {
    const since = this.#now() - this.#limits.clientTtl;
    const due = /* @__PURE__ */ new Set([...this.#idle(since), ...this.#tooMany()]);
    this.#budget -= due.size;
    if (name !== void 0 && this.#isIdle(name, since)) due.add(name);
    return [...due];
  }
  place(client, { seq, ch, offset }) {
    const sql = 'INSERT INTO places (client, seq, channel, "offset") SELECT ?, ?, id, ? FROM channels WHERE name = ?';
    this.#sqlite.run(sql, client.id, seq, offset, toName(ch));
    if (++client.places < PLACES * 1.25) return;
    client.places = PLACES;
    const last = "SELECT seq FROM places WHERE client = ? ORDER BY seq DESC LIMIT 1 OFFSET ?";
    this.#sqlite.run(`DELETE FROM places WHERE client = ? AND seq <= (${last})`, client.id, client.id, PLACES);
  }
  placeOf({ id }, seq) {
    const row = this.#sqlite.one(`${PLACE} WHERE places.client = ? AND places.seq = ?`, id, seq);
    return row && placeFrom(row);
  }
  placesFrom(name, seq) {
    const id = this.find(name)?.id;
    if (id === void 0) return [];
    const sql = `${PLACE} WHERE places.client = ? AND places.seq >= ? ORDER BY places.seq`;
    return this.#sqlite.all(sql, id, finite(seq)).map(placeFrom);
  }
  /** Whoever is idle now was the longest idle when it was last looked. */
  #idle(since) {
    if (since < this.#idleAt || this.#budget <= 0) return [];
    const rows = this.#sqlite.all("SELECT name, touched FROM clients ORDER BY touched LIMIT ?", this.#budget + 1);
    const idle = rows.filter(({ touched }) => Number(touched) <= since);
    this.#idleAt = idle.length > this.#budget ? -Infinity : Number(rows[idle.length]?.["touched"] ?? this.#now());
    return idle.slice(0, this.#budget).map(({ name }) => fromName(name));
  }
  #isIdle(name, since) {
    if (this.#idleAt > since) return false;
    return this.#sqlite.one("SELECT 1 FROM clients WHERE name = ? AND touched <= ?", toName(name), since) !== void 0;
  }
  #tooMany() {
    this.#count ??= Number(this.#sqlite.one("SELECT count(*) AS count FROM clients")?.["count"]);
    const over = Math.min(this.#count - this.#limits.maxClients, this.#budget);
    if (over <= 0) return [];
    const rows = this.#sqlite.all("SELECT name FROM clients ORDER BY touched, id LIMIT ?", over);
    return rows.map(({ name }) => fromName(name));
  }
}
const PLACE = `
  SELECT places.seq, places."offset", channels.name, channels.epoch
  FROM places JOIN channels ON channels.id = places.channel
`;
const placeFrom = ({ seq, name, epoch, offset }) => ({
  ...{ seq: Number(seq), ch: fromName(name), epoch: String(epoch), offset: Number(offset) }
});
function clientOf({ id, name, key, user, seq, places, seen_user, presence, seen_at }) {
  const client = fromName(name);
  const device = presence !== null && {
    ...{ client, user: fromName(seen_user), presence, seenAt: Number(seen_at) }
  };
  return {
    ...{ id: Number(id), name: client, key: String(key), user: fromName(user) },
    ...{ seq: Number(seq), places: Number(places), device: device || void 0 }
  };
}

const SWEEP = 6e4;
const SOME = 500;
const PAGE = 64;
class FileLogs {
  #sqlite;
  #limits;
  #now;
  /** The epoch of every channel: no offset is ever given twice in this file. */
  #epoch;
  #sweepAt = -Infinity;
  constructor(sqlite, limits, now, epoch) {
    this.#sqlite = sqlite;
    this.#limits = limits;
    this.#now = now;
    this.#epoch = epoch;
  }
  /** What was noted beside the database may be wrong: a step was undone. */
  undone() {
    this.#sweepAt = -Infinity;
  }
  add(draft) {
    const { ch, seq, time } = draft;
    const channel = this.#find(ch) ?? this.#make(ch);
    const { epoch, next: offset } = channel;
    const cost = costOf(draft);
    if (isInbox(ch)) {
      const full = fullBy(this.#limits, { size: channel.next - channel.oldest, bytes: channel.bytes }, cost);
      if (full !== void 0) return full;
    }
    this.#write(channel, draft, cost);
    channel.next++;
    channel.bytes += cost;
    channel.since ??= time;
    if (!isInbox(ch)) this.#limit(channel);
    this.#save(channel);
    return { seq, ch, epoch, offset };
  }
  read({ ch, from, limit, bytes }) {
    const channel = this.#find(ch);
    if (!channel) return { ...this.#nothing, entries: [] };
    const { id, epoch, oldest, next } = channel;
    return { epoch, oldest, next, entries: this.#entries(id, Math.max(from, oldest), next, limit, bytes) };
  }
  bounds(ch) {
    const { epoch, oldest, next } = this.#find(ch) ?? this.#nothing;
    return { epoch, oldest, next };
  }
  trim(ch, offset) {
    const channel = this.#find(ch);
    if (!channel || channel.oldest > offset) return;
    this.#drop(channel, (entry) => entry.offset <= offset, Infinity);
    this.#save(channel);
  }
  past(ch) {
    const past = this.#sqlite.one("SELECT past FROM channels WHERE name = ?", toName(ch))?.["past"];
    return typeof past === "string" ? JSON.parse(past) : void 0;
  }
  remember(ch, past) {
    this.#sqlite.run("UPDATE channels SET past = ? WHERE name = ?", JSON.stringify(past), toName(ch));
  }
  /** The number of the channel's row, which is made where there is none. */
  idOf(ch) {
    return (this.#find(ch) ?? this.#make(ch)).id;
  }
  /** Lets a part of what is too old go. Whether there may be more. */
  sweep() {
    const now = this.#now();
    if (now < this.#sweepAt) return false;
    const { maxAge, inboxAge } = this.#limits;
    const left = this.#age(1, now - inboxAge, this.#age(0, now - maxAge, SOME));
    if (left > 0) this.#sweepAt = now + SWEEP;
    return left <= 0;
  }
  get #nothing() {
    return { epoch: this.#epoch, oldest: 1, next: 1 };
  }
  #find(ch) {
    const row = this.#sqlite.one("SELECT * FROM channels WHERE name = ?", toName(ch));
    return row && channelOf(row);
  }
  #make(ch) {
    const sql = "INSERT INTO channels (name, epoch, oldest, next, bytes, inbox) VALUES (?, ?, 1, 1, 0, ?)";
    const id = this.#sqlite.run(sql, toName(ch), this.#epoch, isInbox(ch) ? 1 : 0);
    return { id, ...this.#nothing, bytes: 0, since: null };
  }
  #save({ id, oldest, next, bytes, since }) {
    const sql = "UPDATE channels SET oldest = ?, next = ?, bytes = ?, since = ? WHERE id = ?";
    this.#sqlite.run(sql, oldest, next, bytes, since, id);
  }
  #write({ id: channel, next }, { id, from, time, body }, cost) {
    const sql = `INSERT INTO entries (channel, "offset", id, sender, time, text, cost, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    const isText = typeof body === "string" ? 1 : 0;
    this.#sqlite.run(sql, channel, next, toName(id), toName(from), time, isText, cost, toBytes(body));
  }
  #limit(channel) {
    const { maxEntries, maxBytes } = this.#limits;
    const over = () => {
      const size = channel.next - channel.oldest;
      return size > maxEntries || channel.bytes > maxBytes && size > 1;
    };
    if (over()) this.#drop(channel, over, Infinity);
  }
  /** A page at a time: an entry that does not fit was read in vain. */
  #entries(channel, from, next, limit, bytes) {
    const entries = [];
    for (let sum = 0; entries.length < limit && from + entries.length < next; ) {
      const page = Math.min(PAGE, limit - entries.length);
      const sql = `SELECT "offset", id, sender, time, text, body FROM entries
        WHERE channel = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?`;
      for (const entry of this.#sqlite.all(sql, channel, from + entries.length, page).map(entryOf$1)) {
        sum += entry.body.length;
        if (sum > bytes && entries.length) return entries;
        entries.push(entry);
      }
    }
    return entries;
  }
  /** Lets the oldest go while they are to go, `most` at most; returns how many went. */
  #drop(channel, isDue, most) {
    const { id, oldest } = channel;
    for (; ; ) {
      const sql = 'SELECT "offset", time, cost FROM entries WHERE channel = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?';
      const page = this.#sqlite.all(sql, id, channel.oldest, PAGE);
      channel.since = null;
      for (const { offset, time, cost } of page) {
        channel.since = Number(time);
        if (channel.oldest - oldest >= most || !isDue({ offset: Number(offset), time: channel.since }))
          return this.#cut(channel, oldest);
        channel.oldest++;
        channel.bytes -= Number(cost);
        channel.since = null;
      }
      if (page.length < PAGE) return this.#cut(channel, oldest);
    }
  }
  #cut({ id, oldest }, from) {
    if (oldest > from) this.#sqlite.run('DELETE FROM entries WHERE channel = ? AND "offset" < ?', id, oldest);
    return oldest - from;
  }
  /** Returns how much of the step is left. */
  #age(inbox, least, most) {
    const sql = "SELECT * FROM channels WHERE inbox = ? AND since <= ? ORDER BY since LIMIT 1";
    for (let left = most; ; ) {
      const row = left > 0 && this.#sqlite.one(sql, inbox, least);
      if (!row) return left;
      const channel = channelOf(row);
      left -= Math.max(
        1,
        this.#drop(channel, ({ time }) => time <= least, left)
      );
      this.#save(channel);
    }
  }
}
const channelOf = ({ id, epoch, oldest, next, bytes, since }) => ({
  ...{ id: Number(id), epoch: String(epoch), oldest: Number(oldest), next: Number(next) },
  ...{ bytes: Number(bytes), since: since === null ? null : Number(since) }
});
const entryOf$1 = ({ offset, id, sender, time, text, body }) => ({
  ...{ offset: Number(offset), id: fromName(id), from: fromName(sender), time: Number(time) },
  body: fromBytes(body, text === 1)
});

const APPLICATION = 1215261796;
const VERSION = 1;
const TABLES = `
  CREATE TABLE meta (id TEXT NOT NULL);
  CREATE TABLE clients (
    id INTEGER PRIMARY KEY, name UNIQUE NOT NULL, key TEXT NOT NULL, user NOT NULL, seq INTEGER NOT NULL,
    touched INTEGER NOT NULL, places INTEGER NOT NULL, seen_user, presence TEXT, seen_at INTEGER
  );
  CREATE INDEX idle ON clients (touched);
  CREATE TABLE gone (name UNIQUE NOT NULL, seq INTEGER NOT NULL, until INTEGER NOT NULL);
  CREATE INDEX over ON gone (until);
  CREATE TABLE places (
    client INTEGER NOT NULL, seq INTEGER NOT NULL, channel INTEGER NOT NULL, "offset" INTEGER NOT NULL,
    PRIMARY KEY (client, seq)
  ) WITHOUT ROWID;
  CREATE TABLE channels (
    id INTEGER PRIMARY KEY, name UNIQUE NOT NULL, epoch TEXT NOT NULL, oldest INTEGER NOT NULL, next INTEGER NOT NULL,
    bytes INTEGER NOT NULL, inbox INTEGER NOT NULL, since INTEGER, past TEXT
  );
  CREATE INDEX aging ON channels (inbox, since) WHERE since IS NOT NULL;
  CREATE TABLE entries (
    channel INTEGER NOT NULL, "offset" INTEGER NOT NULL, id NOT NULL, sender NOT NULL, time INTEGER NOT NULL,
    text INTEGER NOT NULL, cost INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (channel, "offset")
  ) WITHOUT ROWID;
  CREATE TABLE seats (
    channel INTEGER NOT NULL, client INTEGER NOT NULL, moved INTEGER NOT NULL, epoch TEXT NOT NULL,
    since INTEGER NOT NULL, "offset" INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (channel, client)
  ) WITHOUT ROWID;
  CREATE INDEX taken ON seats (client, moved);
`;
function inspect(sqlite, path) {
  if (isEmpty(sqlite)) return;
  const pragma = (name) => Number(sqlite.one(`PRAGMA ${name}`)?.[name]);
  if (pragma("application_id") !== APPLICATION)
    throw new run.HoldfastError("store-failed", `${path} is a database, and not one of Holdfast`);
  const version = pragma("user_version");
  if (version !== VERSION)
    throw new run.HoldfastError("store-failed", `${path} is of version ${version}, and this is version ${VERSION}`);
}
function prepare(sqlite) {
  if (isEmpty(sqlite))
    sqlite.commit(() => {
      sqlite.exec(TABLES);
      sqlite.run("INSERT INTO meta (id) VALUES (?)", node_crypto.randomUUID());
      sqlite.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${VERSION}`);
    });
  return String(sqlite.one("SELECT id FROM meta")?.["id"]);
}
const isEmpty = (sqlite) => sqlite.one("SELECT 1 FROM sqlite_schema") === void 0;

class FileSeats {
  #sqlite;
  #limits;
  #logs;
  #now;
  constructor(sqlite, limits, logs, now) {
    this.#sqlite = sqlite;
    this.#limits = limits;
    this.#logs = logs;
    this.#now = now;
  }
  get(client, ch) {
    const row = this.#sqlite.one(`${CURSOR} WHERE channels.name = ? AND clients.name = ?`, toName(ch), toName(client));
    return row && cursorOf$1(row);
  }
  put({ id }, ch, { epoch, since, offset, time }) {
    const channel = this.#logs.idOf(ch);
    const sql = `INSERT OR REPLACE INTO seats (channel, client, moved, epoch, since, "offset", time)
      VALUES (?, ?, (SELECT coalesce(max(moved), 0) + 1 FROM seats WHERE client = ?), ?, ?, ?, ?)`;
    this.#sqlite.run(sql, channel, id, id, epoch, since, offset, time);
    return this.#displace(id);
  }
  delete(client, ch) {
    const sql = `DELETE FROM seats WHERE channel = (SELECT id FROM channels WHERE name = ?)
      AND client = (SELECT id FROM clients WHERE name = ?) RETURNING 1`;
    return this.#sqlite.all(sql, toName(ch), toName(client)).length > 0;
  }
  of(client) {
    const sql = `SELECT channels.name FROM clients JOIN seats ON seats.client = clients.id
      JOIN channels ON channels.id = seats.channel WHERE clients.name = ? ORDER BY seats.moved`;
    return this.#sqlite.all(sql, toName(client)).map(({ name }) => fromName(name));
  }
  cursors(ch) {
    const sql = "SELECT * FROM seats WHERE channel = (SELECT id FROM channels WHERE name = ?)";
    return this.#sqlite.all(sql, toName(ch)).map(cursorOf$1);
  }
  /** Those idle for too long are on their way out. */
  in(ch) {
    const sql = `SELECT clients.*, seats.epoch, seats.since, seats."offset", seats.time
      FROM channels JOIN seats ON seats.channel = channels.id JOIN clients ON clients.id = seats.client
      WHERE channels.name = ? AND clients.touched > ?`;
    const rows = this.#sqlite.all(sql, toName(ch), this.#now() - finite(this.#limits.clientTtl));
    return rows.map((row) => [clientOf(row), cursorOf$1(row)]);
  }
  #displace(client) {
    const sql = `SELECT channels.id, channels.name FROM seats JOIN channels ON channels.id = seats.channel
      WHERE seats.client = ? ORDER BY seats.moved DESC LIMIT -1 OFFSET ?`;
    const displaced = this.#sqlite.all(sql, client, finite(this.#limits.maxCursors));
    for (const { id } of displaced)
      this.#sqlite.run("DELETE FROM seats WHERE channel = ? AND client = ?", Number(id), client);
    return displaced.map(({ name }) => fromName(name));
  }
}
const CURSOR = `
  SELECT seats.epoch, seats.since, seats."offset", seats.time FROM channels
  JOIN clients JOIN seats ON seats.channel = channels.id AND seats.client = clients.id
`;
const cursorOf$1 = ({ epoch, since, offset, time }) => ({
  ...{ epoch: String(epoch), since: Number(since), offset: Number(offset), time: Number(time) }
});

async function loadLibsql() {
  try {
    return (await import('libsql')).default;
  } catch (cause) {
    throw new run.OptionError("bad-option", "a FileStore needs the package libsql: npm install libsql", { cause });
  }
}
class Sqlite {
  #path;
  #database;
  #file;
  #statements = /* @__PURE__ */ new Map();
  /**
   * Opens or makes the file. Throws `HoldfastError`: `store-locked` where another has it open, else `store-failed`.
   * @param inspect looks at what is in the file before it is touched, and throws where it is to be left alone.
   */
  constructor(Libsql, path, inspect) {
    this.#path = path;
    try {
      this.#database = new Libsql(path);
    } catch (cause) {
      throw explain(path, cause);
    }
    try {
      this.exec("PRAGMA locking_mode = EXCLUSIVE");
      inspect(this);
      const mode = this.one("PRAGMA journal_mode = WAL")?.["journal_mode"];
      if (mode !== "wal") throw new Error("its file system takes no write-ahead log");
      this.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT");
    } catch (cause) {
      this.close();
      throw cause instanceof run.HoldfastError ? cause : explain(path, cause);
    }
    this.#file = identify(path);
  }
  /** The first row. */
  one(sql, ...values) {
    return this.#prepare(sql).get(values) ?? void 0;
  }
  all(sql, ...values) {
    return this.#prepare(sql).all(values);
  }
  /** Returns the id of the row that was put in. */
  run(sql, ...values) {
    return Number(this.#prepare(sql).run(values).lastInsertRowid);
  }
  /** Statements without answers. */
  exec(sql) {
    this.#database.exec(sql);
  }
  /** Either all of it is on the disk when this returns, or it throws and nothing of it has been done. */
  commit(work) {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#mustBeThere();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      this.#shorten();
      throw error;
    }
  }
  /** The file never has more bytes than this, but those that it has. */
  limit(bytes) {
    const size = Number(this.one("PRAGMA page_size")?.["page_size"]);
    if (Number.isFinite(bytes)) this.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / size))}`);
  }
  /** One file is left, and others may have it at once: the driver itself lets go when its statements are collected. */
  close() {
    this.#statements.clear();
    try {
      for (const pragma of ["journal_mode = DELETE", "locking_mode = NORMAL", "user_version"])
        this.#database.prepare(`PRAGMA ${pragma}`).all([]);
    } catch {
    }
    this.#database.close();
  }
  /**
   * Lets go of what stands in the log and in the file. SQLite does so after a commit that made the log long; on a disk that
   * the log has filled before, no commit comes any more.
   */
  #shorten() {
    try {
      this.one("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
    }
  }
  /** A file that was deleted takes writes as before, and they end with this process. */
  #mustBeThere() {
    if (identify(this.#path) !== this.#file)
      throw new run.HoldfastError("store-failed", `${this.#path} is not the file that was opened: nothing is stored`);
  }
  #prepare(sql) {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
function identify(path) {
  const { dev, ino } = node_fs.statSync(path, { throwIfNoEntry: false }) ?? { dev: 0, ino: 0 };
  return `${dev}:${ino}`;
}
function explain(path, cause) {
  const { code, message } = cause;
  if (code === "SQLITE_BUSY")
    return new run.HoldfastError("store-locked", `${path} is open in another store: a file has one node only`, { cause });
  return new run.HoldfastError("store-failed", `${path} cannot be opened: ${message}`, { cause });
}

class Records {
  books;
  #sqlite;
  #clients;
  #logs;
  #tell;
  /** What has changed in this step. */
  #changes = [];
  /** Throws `HoldfastError`. */
  constructor({ Libsql, path, limits, maxFile, now, tell }) {
    this.#sqlite = new Sqlite(Libsql, path, (sqlite) => inspect(sqlite, path));
    try {
      const epoch = prepare(this.#sqlite);
      this.#sqlite.limit(maxFile);
      this.#tell = tell;
      this.#clients = new FileClients(this.#sqlite, limits, now);
      this.#logs = new FileLogs(this.#sqlite, limits, now, epoch);
      const seats = new FileSeats(this.#sqlite, limits, this.#logs, now);
      this.books = new Books(this.#clients, seats, this.#logs, (change) => this.#changes.push(change));
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }
  /** One step: all of the work is on the disk when this returns, or it throws and none of it is done. */
  commit(work) {
    this.#changes = [];
    try {
      this.#sqlite.commit(() => {
        this.#clients.begin();
        this.#logs.sweep();
        work();
      });
    } catch (error) {
      this.#clients.undone();
      this.#logs.undone();
      throw error;
    }
    for (const change of this.#changes.splice(0)) this.#tell(change);
  }
  /** Part of a step: lets some of what is too old go. Whether there may be more. */
  tidy() {
    this.books.expire();
    return this.#logs.sweep() || this.#clients.behind;
  }
  close() {
    this.#sqlite.close();
  }
}

const TIDY = 6e4;
class FileStore {
  #watchers;
  #bus = new Bus();
  #commits;
  #records;
  #closed;
  #tidying;
  constructor(records, watchers) {
    this.#records = records;
    this.#watchers = watchers;
    this.#commits = new Commits((work) => records.commit(work));
    this.#tidyLater(TIDY);
  }
  /**
   * Opens the file, or makes it, with two more beside it while it is open: `-wal` and sometimes `-journal`; its folder
   * has to be there. Needs the package `libsql`. Throws `OptionError`; `HoldfastError` `store-locked` where another
   * process has the file open, and `store-failed` where it cannot be opened or is not one of Holdfast.
   */
  static async open(path, options = {}) {
    checkOptions(options, { ...limitChecks, maxFile: isLimit(1), now: isFunction });
    if (typeof path !== "string" || !path) throw new run.OptionError("bad-option", "a FileStore takes the path of a file");
    const { now = () => Date.now(), maxFile = Infinity, ...limits } = options;
    const watchers = new Watchers();
    const tell = (change) => watchers.tell(change);
    const settings = { path: node_path.resolve(path), limits: withDefaults(storeLimits, limits), maxFile, now, tell };
    return new FileStore(new Records({ ...settings, Libsql: await loadLibsql() }), watchers);
  }
  open(ask) {
    const key = node_crypto.createHash("sha256").update(ask.key).digest("base64");
    return this.#do((books) => books.open({ ...ask, key }));
  }
  append(ask) {
    return this.#do((books) => books.append(ask));
  }
  read(ask) {
    return this.#do((books) => books.read(ask));
  }
  sent(ask) {
    return this.#do((books) => books.sent(ask));
  }
  cursor(ask) {
    return this.#do((books) => books.cursor(ask));
  }
  keep(ask) {
    return this.#do((books) => books.keep(ask));
  }
  leave(ask) {
    return this.#do((books) => books.leave(ask));
  }
  forget(ask) {
    return this.#do((books) => books.forget(ask));
  }
  members(ask) {
    return this.#do((books) => books.members(ask));
  }
  seen(ask) {
    return this.#do((books) => books.seen(ask));
  }
  watch(onChange) {
    return this.#watchers.add(onChange);
  }
  /** As a bus between processes would: never before it has returned. */
  async notify(ask) {
    await Promise.resolve();
    this.#bus.notify(ask);
  }
  listen(node, onNote) {
    return this.#bus.listen(node, onNote);
  }
  /** Carries out what was asked, and lets go of the file. */
  close() {
    return this.#closed ??= this.#end();
  }
  #do(work) {
    if (this.#closed) return Promise.reject(new run.HoldfastError("store-closed", "the store is closed"));
    return this.#commits.add(() => work(this.#records.books));
  }
  async #end() {
    clearTimeout(this.#tidying);
    await this.#commits.idle();
    this.#records.close();
  }
  /** In parts, so that nobody waits for long. */
  #tidyLater(after) {
    this.#tidying = setTimeout(() => {
      void this.#commits.add(() => this.#records.tidy()).catch(() => false).then((more) => {
        if (!this.#closed) this.#tidyLater(more ? 0 : TIDY);
      });
    }, after).unref();
  }
}

const unsayable = /[\0\ud800-\udfff]/gu;
const nameOf = (text) => text.replace(unsayable, (half) => `\0${half.charCodeAt(0).toString(16).padStart(4, "0")}`);
const textOf = (name) => name.replace(/\0([0-9a-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
const hashOf = (key) => node_crypto.createHash("sha256").update(nameOf(key)).digest("base64url");
function listOf(reply) {
  if (!Array.isArray(reply)) throw new TypeError("Redis answers with something else than a list");
  return reply;
}
function stringOf(reply) {
  if (!Buffer.isBuffer(reply)) throw new TypeError("Redis answers with something else than text");
  return reply.toString();
}
const plain = (reply) => textOf(stringOf(reply));
const numberOf = (reply) => Number(stringOf(reply));
const boundsOf = (reply) => ({
  epoch: plain(reply[0]),
  oldest: numberOf(reply[1]),
  next: numberOf(reply[2])
});
const draftOf = ({ ch, seq, after, id, from, time, body }) => {
  const names = [nameOf(ch), String(seq), String(after), nameOf(id), nameOf(from), String(time)];
  if (typeof body === "string") return [...names, "s", body];
  return [...names, "b", Buffer.from(body.buffer, body.byteOffset, body.byteLength)];
};
function entryOf(reply) {
  const [id, fields] = listOf(reply);
  const [, message, , from, , time, kind, body] = listOf(fields);
  return {
    offset: parseInt(stringOf(id), 10),
    id: plain(message),
    from: plain(from),
    time: numberOf(time),
    body: stringOf(kind) === "s" ? stringOf(body) : bytesOf(body)
  };
}
function bytesOf(reply) {
  if (!Buffer.isBuffer(reply)) throw new TypeError("Redis answers with something else than bytes");
  return new Uint8Array(reply);
}
function placeOf(reply) {
  const [id, fields] = listOf(reply);
  const [, ch, , epoch, , offset] = listOf(fields);
  return { seq: parseInt(stringOf(id), 10), ch: plain(ch), epoch: plain(epoch), offset: numberOf(offset) };
}
function fateOf(reply, { seq, ch }) {
  const [is, first, second, third] = listOf(reply);
  switch (stringOf(is)) {
    case "stored":
      return { is: "stored", place: { seq, ch, epoch: plain(first), offset: numberOf(second) } };
    case "duplicate":
      if (first === void 0) return { is: "duplicate" };
      return { is: "duplicate", place: { seq, ch: plain(first), epoch: plain(second), offset: numberOf(third) } };
    case "gap":
      return { is: "gap" };
    default:
      return { is: "full", reason: stringOf(first) };
  }
}
function memberFrom(said) {
  const [client = "", user = "", presence, seenAt, epoch = "", since, offset, time] = said;
  return {
    client: textOf(client),
    user: textOf(user),
    presence,
    seenAt: Number(seenAt),
    cursor: { epoch: textOf(epoch), since: Number(since), offset: Number(offset), time: Number(time) }
  };
}
function cursorOf(reply) {
  const [epoch, since, offset, time] = listOf(reply);
  return { epoch: plain(epoch), since: numberOf(since), offset: numberOf(offset), time: numberOf(time) };
}
function changeOf(ch, news) {
  const [is, first, second] = JSON.parse(news);
  if (is === "grown") return { is, ch, epoch: textOf(String(first)), next: Number(second) };
  if (is === "member") return { is, ch, member: memberFrom(first) };
  if (is === "left") return { is, ch, client: textOf(String(first)) };
  return { is: "unsure", ch };
}

const BACKOFF = 2e3;
async function connectTo(url, { timeout, connection }) {
  const { Redis } = await import('ioredis');
  const options = {
    connectionName: "holdfast",
    keepAlive: 1e4,
    connectTimeout: timeout,
    ...connection,
    replyMapping: "legacy",
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: timeout,
    socketTimeout: timeout,
    retryStrategy: (times) => 10 + Math.random() * Math.min(BACKOFF, 50 * 2 ** Math.min(times, 10)),
    // A master that has become a replica, or forgot its scripts: a new connection is looked at anew.
    reconnectOnError: ({ message }) => /READONLY|NOSCRIPT/.test(message)
  };
  return () => new Redis(url, options);
}

const AT_ONCE = 500;
class Ear {
  #redis;
  #topics = /* @__PURE__ */ new Map();
  #pulse;
  /** @param pulse how often it asks for a sign of life, ms: who only listens does not notice that nobody speaks. */
  constructor(redis, pulse) {
    this.#redis = redis;
    redis.on("error", () => void 0);
    redis.on("ready", () => this.#subscribe([...this.#topics.keys()]));
    redis.on("message", (name, text) => this.#topics.get(name)?.onText(text));
    this.#pulse = setInterval(() => this.#beat(), pulse);
    this.#pulse.unref();
  }
  connect() {
    return this.#redis.connect();
  }
  listen(name, topic) {
    this.#topics.set(name, topic);
    if (this.#redis.status === "ready") this.#subscribe([name]);
  }
  ignore(name) {
    if (!this.#topics.delete(name) || this.#redis.status !== "ready") return;
    this.#redis.unsubscribe(name).catch(() => this.#anew());
  }
  close() {
    clearInterval(this.#pulse);
    this.#topics.clear();
    this.#redis.disconnect();
  }
  #subscribe(names) {
    for (let start = 0; start < names.length; start += AT_ONCE) {
      const some = names.slice(start, start + AT_ONCE);
      this.#redis.subscribe(...some).then(
        () => some.forEach((name) => this.#topics.get(name)?.onHeard?.()),
        () => this.#anew()
      );
    }
  }
  #beat() {
    if (this.#redis.status === "ready") this.#redis.ping().catch(() => this.#anew());
  }
  /** What does not work on this connection may work on the next; one that is gone makes room for it by itself. */
  #anew() {
    if (this.#redis.status === "ready") this.#redis.disconnect(true);
  }
}

class Line {
  #redis;
  #look;
  #open = false;
  /** Why there is none. */
  #reason = "not connected yet";
  #onLooked = (_error) => void 0;
  /** @param look rejects when this Redis cannot be used. */
  constructor(redis, look) {
    this.#redis = redis;
    this.#look = look;
    redis.on("error", ({ message }) => this.#reason = message);
    redis.on("ready", () => void this.#begin());
    redis.on("close", () => this.#open = false);
  }
  /** Resolves when the first connection is made, rejects when that fails. */
  async connect() {
    const looked = new Promise((resolve, reject) => {
      this.#onLooked = (error) => error ? reject(error) : resolve();
    });
    looked.catch(() => void 0);
    try {
      await this.#redis.connect();
      await looked;
    } catch (cause) {
      this.#redis.disconnect();
      throw this.#unreachable(cause);
    }
  }
  run = async ({ sha }, args) => {
    if (!this.#writable) throw this.#unreachable();
    return await this.#told(this.#redis.callBuffer("EVALSHA", sha, 0, ...args));
  };
  /** Its errors tell of the whole command: of bodies and keys, which are nothing for a log. */
  async #told(answer) {
    try {
      return await answer;
    } catch (error) {
      delete Object(error).command;
      throw error;
    }
  }
  publish(topic, text) {
    return this.#writable ? this.#told(this.#redis.publish(topic, text)) : Promise.reject(this.#unreachable());
  }
  close() {
    this.#redis.disconnect();
  }
  /** One that is about to end takes nothing more. */
  get #writable() {
    return this.#open && this.#redis.stream.writable;
  }
  async #begin() {
    const { stream } = this.#redis;
    try {
      await this.#look(this.#redis);
      if (stream !== this.#redis.stream || this.#redis.status !== "ready") return;
      this.#open = true;
      this.#onLooked();
    } catch (error) {
      const failed = error instanceof Error ? error : new Error(String(error));
      this.#reason = failed.message;
      this.#onLooked(failed);
      if (stream === this.#redis.stream && this.#redis.status === "ready") this.#redis.disconnect(true);
    }
  }
  #unreachable(cause) {
    return new run.HoldfastError("store-unreachable", `Redis cannot be used: ${this.#reason}`, { cause });
  }
}

const NOBODY = /^0*$/;
async function look(redis, scripts, args) {
  const info = infoOf(await redis.info());
  const { run_id: run = "", role, master_replid: history = "", maxmemory_policy: policy } = info;
  if (role !== void 0 && role !== "master") throw new Error(`it is a ${role}, not the master`);
  if (policy !== void 0 && policy !== "noeviction")
    throw new Error(`maxmemory-policy is ${policy}, which forgets what was accepted: it has to be noeviction`);
  for (const { text } of Object.values(scripts)) await redis.script("LOAD", text);
  const durable = NOBODY.test(info.master_replid2 ?? "") && await isDurable(redis);
  await redis.call("EVALSHA", scripts.enlist.sha, 0, ...args, `${run} ${history}`, durable ? "1" : "0");
}
function infoOf(text) {
  const lines = text.split(/\r?\n/).map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]);
  return Object.fromEntries(lines);
}
async function isDurable(redis) {
  try {
    const settings = /* @__PURE__ */ new Map();
    for (const name of ["appendonly", "appendfsync", "no-appendfsync-on-rewrite"]) {
      const [, value = ""] = await redis.call("CONFIG", "GET", name);
      settings.set(name, value);
    }
    return settings.get("appendonly") === "yes" && settings.get("appendfsync") === "always" && settings.get("no-appendfsync-on-rewrite") === "no";
  } catch {
    return false;
  }
}

const append = `
local client = ARGV[3]
local name = P .. 'c:' .. client
local known = call('HMGET', name, 'seq', 'generation')
-- Redis may have lost its last messages, and they need not be the client's last: it says where it is.
if not known[1] or known[2] ~= generation() then return { 'unknown' } end
local seq = tonumber(known[1])
local logs, grown, answer = {}, {}, { 'done', '' }

local function full_by(log, cost)
  local size = log.next - log.oldest
  if size >= INBOX_ENTRIES then
    return 'the inbox holds ' .. int(INBOX_ENTRIES) .. ' messages that were not fetched'
  end
  if size > 0 and log.bytes + cost > INBOX_BYTES then
    return 'the inbox holds ' .. int(log.bytes) .. ' bytes that were not fetched'
  end
  return nil
end

-- A full inbox is looked through once: who was forgotten holds back nothing.
local function full(log, cost)
  local reason = log.inbox and full_by(log, cost)
  if not reason or log.searched then return reason end
  log.searched = true
  trim_inbox(log)
  return full_by(log, cost)
end

local function too_much(log)
  local size = log.next - log.oldest
  return size > MAX_ENTRIES or (log.bytes > MAX_BYTES and size > 1)
end

local function place_of(number)
  local id = int(number) .. '-0'
  local place = call('XRANGE', P .. 'p:' .. client, id, id)[1]
  return place and { 'duplicate', place[2][2], place[2][4], place[2][6] } or { 'duplicate' }
end

local function take(log, number, n)
  local time, body = tonumber(ARGV[n + 5]), ARGV[n + 7]
  local offset = int(log.next)
  call('XADD', log.stream, offset .. '-0', 'i', ARGV[n + 3], 'f', ARGV[n + 4], 't', ARGV[n + 5], ARGV[n + 6], body)
  call('XADD', P .. 'p:' .. client, 'MAXLEN', '~', PLACES, int(number) .. '-0', 'c', log.ch, 'e', log.epoch, 'o', offset)
  if log.oldest == log.next then log.since = time end
  if log.next == 1 then call('PERSIST', log.key) end
  log.next = log.next + 1
  log.bytes = log.bytes + #body + OVERHEAD
  if not log.grown then
    log.grown = true
    grown[#grown + 1] = log
  end
  return { 'stored', log.epoch, offset }
end

local function decide(n)
  local ch, number, after = ARGV[n], tonumber(ARGV[n + 1]), tonumber(ARGV[n + 2])
  if number <= seq then return place_of(number) end
  if after > seq then return { 'gap' } end
  local log = logs[ch] or log_of(ch)
  logs[ch] = log
  local reason = full(log, #ARGV[n + 7] + OVERHEAD)
  if reason then return { 'full', reason } end
  seq = number
  return take(log, number, n)
end

for n = 4, #ARGV, 8 do answer[#answer + 1] = decide(n) end
for _, log in ipairs(grown) do
  keep_head(log)
  if not log.inbox then trim(log, too_much) end
  tell(log.ch, { 'grown', log.epoch, int(log.next) })
end
if #grown > 0 then call('HSET', name, 'seq', int(seq)) end
touch(client)
answer[2] = int(seq)
return answer
`;

const open = `
local client, key, user, acked = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
if acked <= tonumber(call('GET', P .. 'x:' .. client) or -1) then return { 'left' } end
local name = P .. 'c:' .. client
local known = call('HMGET', name, 'key', 'user', 'seq')
if known[1] and (known[1] ~= key or known[2] ~= user) then return { 'taken' } end
local seq = math.max(tonumber(known[3] or 0), acked)
if known[1] then
  call('HSET', name, 'seq', int(seq), 'generation', generation())
else
  call('HSET', name, 'key', key, 'user', user, 'seq', int(seq), 'generation', generation(), 'born', FRESH)
  call('DEL', P .. 'p:' .. client, P .. 's:' .. client)
end
touch(client)
return { 'open', int(seq), known[1] and 1 or 0 }
`;
const sent = `
return call('XRANGE', P .. 'p:' .. ARGV[3], ARGV[4] .. '-0', '+')
`;
const read = `
local log = log_of(ARGV[3])
local from, limit, bytes = math.max(tonumber(ARGV[4]), log.oldest), tonumber(ARGV[5]), tonumber(ARGV[6])
local answer = { log.epoch, '', '' }
local sum, count, more = 0, 0, limit > 0
while more and from < log.next do
  -- As many as will fit by what entries of this log weigh.
  local weight = math.max(1, log.bytes / (log.next - log.oldest) - OVERHEAD)
  local fits = math.floor(math.min(256, (bytes - sum) / weight + 1))
  local page = call('XRANGE', log.stream, int(from) .. '-0', '+', 'COUNT', int(math.min(limit - count, fits)))
  if #page == 0 and count == 0 then
    -- Somebody deleted the stream alone.
    log.oldest, log.since, log.bytes = log.next, math.huge, 0
    keep_head(log)
  end
  more = #page > 0
  for _, entry in ipairs(page) do
    local _, body = fields(entry)
    sum = sum + #body
    if count == limit or (sum > bytes and count > 0) then
      more = false
      break
    end
    count = count + 1
    from = tonumber(string.match(entry[1], '^%d+')) + 1
    answer[count + 3] = entry
  end
  if count == limit or sum >= bytes then more = false end
end
answer[2], answer[3] = int(log.oldest), int(log.next)
return answer
`;
const cursor = `
local client, ch = ARGV[3], ARGV[4]
local text = call('HGET', P .. 'm:' .. ch, client)
if not text then return false end
local seat = seat_from(text)
if not device_of(client, seat.born) then return false end
return { seat.epoch, int(seat.since), int(seat.offset), int(seat.time) }
`;
const keep = `
local client, ch = ARGV[3], ARGV[4]
local device = device_of(client)
if not device then return false end
local log = log_of(ch)
local said = { born = device.born, epoch = ARGV[5], since = tonumber(ARGV[6]), offset = tonumber(ARGV[7]),
  time = tonumber(ARGV[8]) }
local was = call('HGET', P .. 'm:' .. ch, client)
local kept = was and seat_from(was)
local seat = moved(kept and kept.born == device.born and kept or nil, said, log.epoch)
call('HSET', P .. 'm:' .. ch, client, seat_text(seat))
-- The channels of a client in the order of its steps.
call('ZADD', P .. 's:' .. client, call('HINCRBY', P .. 'c:' .. client, 'moves', 1), ch)
touch(client)
tell_member(ch, device, seat)
trim_inbox(log)
while call('ZCARD', P .. 's:' .. client) > MAX_CURSORS do
  leave(client, call('ZRANGE', P .. 's:' .. client, 0, 0)[1])
end
return false
`;
const leave = `
leave(ARGV[3], ARGV[4])
return false
`;
const forget = `
local client, below = ARGV[3], tonumber(ARGV[4])
local seq = device_of(client) and call('HGET', P .. 'c:' .. client, 'seq')
if not seq or tonumber(seq) >= below then return false end
call('SET', P .. 'x:' .. client, seq, 'PX', int(LEFT))
for _, ch in ipairs(call('ZRANGE', P .. 's:' .. client, 0, -1)) do leave(client, ch) end
call('DEL', P .. 'c:' .. client, P .. 'p:' .. client, P .. 's:' .. client)
return false
`;
const members = `
local log = log_of(ARGV[3])
local list = members_of(log)
trim_inbox(log)
local answer = { log.epoch, int(log.oldest), int(log.next), log.inbox and call('GET', P .. 'o:' .. log.ch) or '' }
for n, one in ipairs(list) do answer[n + 4] = member(one[1], one[2]) end
return answer
`;
const seen = `
for n = 3, #ARGV, 3 do
  local client, presence, seen = ARGV[n], ARGV[n + 1], ARGV[n + 2]
  local device = device_of(client)
  if device then
    touch(client)
    if tonumber(seen) >= (tonumber(device.seen or '') or -math.huge) then
      local changed = presence ~= (device.presence or 'offline')
      device.presence, device.seen = presence, seen
      call('HSET', P .. 'c:' .. client, 'presence', presence, 'seen', seen)
      for _, ch in ipairs(changed and call('ZRANGE', P .. 's:' .. client, 0, -1) or {}) do
        local text = call('HGET', P .. 'm:' .. ch, client)
        if text then tell_member(ch, device, seat_from(text)) end
      end
    end
  end
end
return false
`;
const enlist = `
local run, durable = ARGV[3], ARGV[4]
local before = call('HMGET', P .. 'server', 'run', 'durable')
if before[1] and before[1] ~= run and (before[2] ~= '1' or durable ~= '1') then
  call('HSET', P .. 'server', 'generation', FRESH)
end
if before[1] ~= run or before[2] ~= durable then
  call('HSET', P .. 'server', 'run', run, 'durable', durable)
end
return generation()
`;

var calls = /*#__PURE__*/Object.freeze({
  __proto__: null,
  cursor: cursor,
  enlist: enlist,
  forget: forget,
  keep: keep,
  leave: leave,
  members: members,
  open: open,
  read: read,
  seen: seen,
  sent: sent
});

const log = `
-- An entry as its log has it: id, and names with values. The name of the body says of what kind it is.
local function fields(entry)
  local f = entry[2]
  return tonumber(f[6]), f[8]
end

local function at(log, offset)
  local id = int(offset) .. '-0'
  return call('XRANGE', log.stream, id, id)[1]
end

-- Whether that was possible.
local function keep_head(log)
  local since = log.since < math.huge and int(log.since) or ''
  local kept = redis.pcall('HSET', log.key, 'oldest', int(log.oldest), 'next', int(log.next),
    'bytes', int(log.bytes), 'since', since)
  return type(kept) == 'number'
end

-- Lets the oldest go while they have to. The head comes first: a Redis without memory takes no head, and then keeps
-- the entries as well.
local function trim(log, goes)
  local first = log.oldest
  local oldest = nil
  while log.oldest < log.next and goes(log) do
    oldest = oldest or at(log, log.oldest)
    if oldest then
      local _, body = fields(oldest)
      log.bytes = log.bytes - #body - OVERHEAD
    end
    log.oldest = log.oldest + 1
    oldest = log.oldest < log.next and at(log, log.oldest) or nil
    log.since = oldest and fields(oldest) or math.huge
  end
  if log.oldest == first then return end
  if log.oldest == log.next then log.bytes = 0 end
  if not keep_head(log) then return end
  call('XTRIM', log.stream, 'MINID', int(log.oldest) .. '-0')
end

local function too_old(log)
  return log.since <= NOW - (log.inbox and INBOX_AGE or MAX_AGE)
end

-- A channel that nobody wrote to has an epoch as well, for a while: who follows it from its beginning loses nothing.
local function begin(log)
  call('HSET', log.key, 'epoch', FRESH, 'oldest', 1, 'next', 1, 'bytes', 0, 'since', '')
  call('DEL', log.stream)
  log.epoch = FRESH .. '.' .. generation()
end

local function log_of(ch)
  local log = { ch = ch, key = P .. 'h:' .. ch, stream = P .. 'l:' .. ch, inbox = string.sub(ch, 1, 1) == '@' }
  local head = call('HMGET', log.key, 'epoch', 'oldest', 'next', 'bytes', 'since')
  log.oldest = tonumber(head[2] or 1)
  log.next = tonumber(head[3] or 1)
  log.bytes = tonumber(head[4] or 0)
  log.since = tonumber(head[5] or '') or math.huge
  if head[1] then log.epoch = head[1] .. '.' .. generation() else begin(log) end
  if log.next == 1 then expire(log.key) end
  trim(log, too_old)
  return log
end
`;

const prelude = `
local call = redis.call
local NOW = tonumber(ARGV[1])
local FRESH = ARGV[2]

-- A whole number as text: what .. makes of a large one is not whole.
local function int(n)
  return string.format('%.0f', n)
end

-- A part of every epoch: another one when Redis itself may have lost what it had answered.
local known_generation
local function generation()
  if known_generation then return known_generation end
  known_generation = call('HGET', P .. 'server', 'generation')
  if not known_generation then
    call('HSET', P .. 'server', 'generation', FRESH)
    known_generation = FRESH
  end
  return known_generation
end

local function expire(key)
  if CLIENT_TTL < math.huge then call('PEXPIRE', key, int(CLIENT_TTL)) end
end

-- The client did something: its time begins anew.
local function touch(client)
  expire(P .. 'c:' .. client)
  expire(P .. 'p:' .. client)
  expire(P .. 's:' .. client)
end

local function tell(ch, news)
  call('PUBLISH', P .. 't:' .. ch, cjson.encode(news))
end
`;

const seats = `
local function seat_from(text)
  local s = cjson.decode(text)
  return { born = s[1], epoch = s[2], since = tonumber(s[3]), offset = tonumber(s[4]), time = tonumber(s[5]) }
end

local function seat_text(s)
  return cjson.encode({ s.born, s.epoch, int(s.since), int(s.offset), int(s.time) })
end

-- A device that no node ever spoke of was last there when it received.
local function device_of(client, born)
  local c = call('HMGET', P .. 'c:' .. client, 'born', 'user', 'presence', 'seen')
  if not c[1] or (born and c[1] ~= born) then return nil end
  return { client = client, born = c[1], user = c[2], presence = c[3], seen = c[4] }
end

local function member(device, seat)
  return { device.client, device.user, device.presence or 'offline', device.seen or int(seat.time),
    seat.epoch, int(seat.since), int(seat.offset), int(seat.time) }
end

local function tell_member(ch, device, seat)
  tell(ch, { 'member', member(device, seat) })
end

-- Runs of one epoch that meet are one, else the one that reaches further stays; of two epochs the present one does.
local function moved(kept, said, present)
  if not kept then return said end
  if kept.epoch ~= said.epoch then
    if said.epoch == present or kept.epoch ~= present then return said end
    return kept
  end
  local further = said.offset > kept.offset and said or kept
  local since = further.since
  if said.since <= kept.offset + 1 and said.offset >= kept.since - 1 then since = math.min(kept.since, said.since) end
  return { born = said.born, epoch = said.epoch, since = since, offset = further.offset, time = further.time }
end

-- What those of an inbox had who are gone: of what was deleted then it is known that it had arrived.
local function remember_past(log, client, seat)
  local known = call('GET', P .. 'o:' .. log.ch)
  local past, kept = known and cjson.decode(known), nil
  if past then kept = { epoch = past[5], since = tonumber(past[6]), offset = tonumber(past[7]), time = tonumber(past[8]) } end
  local joined = moved(kept, seat, log.epoch)
  local further = past and joined.offset > seat.offset and past[1] or client
  local device = { client = further, user = string.sub(log.ch, 2) }
  call('SET', P .. 'o:' .. log.ch, cjson.encode(member(device, joined)))
end

local function vacate(log, client, seat)
  if log.inbox then remember_past(log, client, seat) end
  call('HDEL', P .. 'm:' .. log.ch, client)
  tell(log.ch, { 'left', client })
end

-- All members as pairs of device and seat. Who was forgotten leaves here.
local function members_of(log)
  local list = {}
  local all = call('HGETALL', P .. 'm:' .. log.ch)
  for n = 1, #all, 2 do
    local seat = seat_from(all[n + 1])
    local device = device_of(all[n], seat.born)
    if device then list[#list + 1] = { device, seat } else vacate(log, all[n], seat) end
  end
  return list
end

-- What all members have leaves an inbox. Who counts in another epoch is not known to have any of it.
local function trim_inbox(log)
  if not log.inbox then return end
  local least = math.huge
  for _, one in ipairs(members_of(log)) do
    local seat = one[2]
    least = math.min(least, seat.epoch == log.epoch and seat.offset or 0)
  end
  if least < math.huge then trim(log, function(l) return l.oldest <= least end) end
end

local function leave(client, ch)
  call('ZREM', P .. 's:' .. client, ch)
  local text = call('HGET', P .. 'm:' .. ch, client)
  if not text then return end
  local log = log_of(ch)
  vacate(log, client, seat_from(text))
  trim_inbox(log)
end
`;

const quote = (text) => `'${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, "0")}`).join("")}'`;
const number = (value) => value === Infinity ? "math.huge" : String(value);
function scriptsFor(prefix, limits) {
  const numbers = { ...limits, places: PLACES, overhead: OVERHEAD, left: LEFT };
  const names = Object.entries(numbers).map(([name, value]) => [name.replace(/[A-Z]/g, "_$&").toUpperCase(), value]);
  const constants = names.map(([name, value]) => `local ${String(name)} = ${number(value)}
`).join("");
  const head = `local P = ${quote(prefix)}
${constants}${prelude}${log}${seats}`;
  const made = Object.entries({ ...calls, append }).map(([name, body]) => {
    const text = head + body;
    return [name, { text, sha: node_crypto.createHash("sha1").update(text).digest("hex") }];
  });
  return Object.fromEntries(made);
}

const isText = ["a string", (value) => typeof value === "string"];
const isObject = ["an object", (value) => typeof value === "object" && value !== null];
function settle(given) {
  checkOptions(given, {
    ...limitsOf(limitChecks),
    prefix: isText,
    timeout: isTime(10),
    connection: orAbsent(isObject),
    now: isFunction
  });
  const rest = { prefix: "holdfast:", timeout: 5e3, connection: void 0, now: () => Date.now() };
  return withDefaults({ ...limitsOf(storeLimits), ...rest }, given);
}
function limitsOf(all) {
  const { maxEntries, maxBytes, maxAge, inboxEntries, inboxBytes, inboxAge, clientTtl, maxCursors } = all;
  return { maxEntries, maxBytes, maxAge, inboxEntries, inboxBytes, inboxAge, clientTtl, maxCursors };
}

const DEVICES = 200;
class RedisStore {
  #settings;
  #line;
  #ear;
  #scripts;
  #watchers = new Watchers();
  /**
   * Resolves when Redis is reached; rejects when it cannot be, or will not do (`store-unreachable`). From then on it is
   * reached again by itself, and what is asked meanwhile rejects.
   * @param url `redis://` or `rediss://`, as `ioredis` takes it
   */
  static async open(url, options = {}) {
    const settings = settle(options);
    const connect = await connectTo(url, settings);
    const store = new RedisStore(settings, connect);
    try {
      await store.#line.connect();
      await store.#ear.connect();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }
  constructor(settings, connect) {
    this.#settings = settings;
    this.#scripts = scriptsFor(settings.prefix, limitsOf(settings));
    this.#line = new Line(connect(), (redis) => look(redis, this.#scripts, this.#head()));
    this.#ear = new Ear(connect(), settings.timeout / 2);
  }
  async open({ client, key, user, acked }) {
    const reply = listOf(await this.#run("open", [nameOf(client), hashOf(key), nameOf(user), String(acked)]));
    const is = stringOf(reply[0]);
    if (is === "taken" || is === "left") return { is };
    return { is: "open", seq: Number(stringOf(reply[1])), known: reply[2] === 1 };
  }
  async append({ client, records }) {
    const drafts = records.flatMap(draftOf);
    const [is, seq, ...fates] = listOf(await this.#run("append", [nameOf(client), ...drafts]));
    if (stringOf(is) === "unknown") return { is: "unknown" };
    const decided = records.map((record, at) => fateOf(fates[at] ?? null, record));
    return { is: "done", seq: Number(stringOf(seq)), fates: decided };
  }
  async read({ ch, from, limit, bytes }) {
    const wanted = [from, limit, bytes].map(String);
    const [epoch = null, oldest = null, next = null, ...entries] = listOf(
      await this.#run("read", [nameOf(ch), ...wanted])
    );
    return { ...boundsOf([epoch, oldest, next]), entries: entries.map(entryOf) };
  }
  async sent({ client, from }) {
    return listOf(await this.#run("sent", [nameOf(client), String(from)])).map(placeOf);
  }
  async cursor({ client, ch }) {
    const reply = await this.#run("cursor", [nameOf(client), nameOf(ch)]);
    return reply === null ? void 0 : cursorOf(reply);
  }
  async keep({ client, ch, cursor }) {
    const { epoch, since, offset, time } = cursor;
    await this.#run("keep", [nameOf(client), nameOf(ch), nameOf(epoch), ...[since, offset, time].map(String)]);
  }
  async leave({ client, ch }) {
    await this.#run("leave", [nameOf(client), nameOf(ch)]);
  }
  async forget({ client, below }) {
    await this.#run("forget", [nameOf(client), below === Infinity ? "inf" : String(below)]);
  }
  async members({ ch }) {
    const reply = listOf(await this.#run("members", [nameOf(ch)]));
    const past = reply[3] === null ? "" : stringOf(reply[3]);
    const members = reply.slice(4).map((one) => memberFrom(listOf(one).map(stringOf)));
    return { ...boundsOf(reply), members, ...past && { past: memberFrom(JSON.parse(past)) } };
  }
  async seen({ devices }) {
    const steps = [];
    for (let start = 0; start < devices.length; start += DEVICES) {
      const some = devices.slice(start, start + DEVICES);
      const said = some.flatMap(({ client, presence, seenAt }) => [nameOf(client), presence, String(seenAt)]);
      steps.push(this.#run("seen", said));
    }
    await Promise.all(steps);
  }
  watch(onChange) {
    return this.#watchers.add(onChange);
  }
  follow(ch, wanted) {
    const topic = `${this.#settings.prefix}t:${nameOf(ch)}`;
    if (!wanted) {
      this.#ear.ignore(topic);
      return;
    }
    this.#ear.listen(topic, {
      onText: (news) => this.#watchers.tell(changeOf(ch, news)),
      onHeard: () => this.#watchers.tell({ is: "unsure", ch })
    });
  }
  async notify({ node, note }) {
    await this.#line.publish(this.#nodeTopic(node), nameOf(note));
  }
  listen(node, onNote) {
    const topic = this.#nodeTopic(node);
    this.#ear.listen(topic, { onText: (note) => onNote(textOf(note)) });
    return () => this.#ear.ignore(topic);
  }
  close() {
    this.#line.close();
    this.#ear.close();
    return Promise.resolve();
  }
  #nodeTopic(node) {
    return `${this.#settings.prefix}n:${nameOf(node)}`;
  }
  /** What every script is told first: the time, and a name that nothing has. */
  #head() {
    return [String(this.#settings.now()), node_crypto.randomBytes(9).toString("base64url")];
  }
  #run(name, args) {
    return this.#line.run(this.#scripts[name], [...this.#head(), ...args]);
  }
}

const TAKES = "'memory', 'file:' and the path of a file, 'redis://\u2026' or 'rediss://\u2026'";
async function openStore(url) {
  if (url === "memory") return new MemoryStore();
  const [, kind, rest = ""] = /^(file|rediss?):(.*)$/s.exec(url) ?? [];
  if (kind === "file" && rest) return FileStore.open(rest.startsWith("//") ? pathOf(url) : rest);
  if (kind?.startsWith("redis") && rest.startsWith("//")) return RedisStore.open(url);
  throw new run.OptionError("bad-option", `the store takes ${TAKES}`);
}
function pathOf(url) {
  try {
    return node_url.fileURLToPath(url);
  } catch (cause) {
    throw new run.OptionError("bad-option", `the store takes ${TAKES}; ${url} names no file of this machine`, { cause });
  }
}

exports.FrameError = run.FrameError;
exports.HoldfastError = run.HoldfastError;
exports.MessageError = run.MessageError;
exports.OptionError = run.OptionError;
exports.AuthError = AuthError;
exports.FileStore = FileStore;
exports.MemoryStore = MemoryStore;
exports.RedisStore = RedisStore;
exports.createServer = createServer;
exports.openStore = openStore;
//# sourceMappingURL=server.cjs.map
