import { c as createClock, a as createEnv } from './shared/env.js';

const PATIENCE = 1e4;
const show = (value) => JSON.stringify([value], (_, part) => part instanceof Uint8Array ? { bytes: part.join() } : part);
function same(got, expected) {
  const [real, wanted] = [show(got), show(expected)];
  if (real !== wanted) throw new Error(`expected ${wanted.slice(0, 500)}, got ${real.slice(0, 500)}`);
}
function within(promise, what) {
  return new Promise((resolve, reject) => {
    const cancel = createClock().timer(() => reject(new Error(`waited in vain; ${what().slice(0, 500)}`)), PATIENCE);
    promise.then(resolve, reject).finally(cancel);
  });
}
class Watched {
  /** All that was said, in order. */
  news = [];
  connection;
  #check = () => void 0;
  /**
   * Dials.
   * @param onOpened called at the very moment when packets are taken.
   */
  constructor(transport, url, protocols, token, onOpened) {
    const tell = (news) => {
      this.news.push(news);
      if (news === "opened") onOpened?.(this.connection);
      this.#check();
    };
    const target = { url, protocols, ...token !== void 0 && { token } };
    this.connection = transport.open(
      target,
      { opened: () => tell("opened"), received: tell, closed: tell },
      createClock()
    );
  }
  /** Waits until enough was said; throws after ten seconds. */
  until(enough) {
    const done = new Promise((resolve) => {
      this.#check = () => {
        if (enough(this.news)) resolve();
      };
      this.#check();
    });
    return within(done, () => `the transport said ${show(this.news)}`);
  }
  /** Waits for so many news. */
  count(many) {
    return this.until(({ length }) => length >= many);
  }
  /** Waits for the end of the link. */
  ended() {
    return this.until((news) => news.some(isClosing));
  }
}
const isClosing = (news) => typeof news === "object" && "code" in news;

function transportCases(open) {
  return Object.entries(rules$1).map(([name, rule]) => ({
    name,
    async run() {
      const stand = await open();
      try {
        const coming = stand.peer();
        const link = new Watched(stand.transport, stand.url, stand.protocols);
        await link.count(1);
        await rule({ stand, link, far: await within(coming, () => "nobody came in") });
      } finally {
        await stand.close();
      }
    }
  }));
}
const rules$1 = {
  async "says that it is open, once, before anything else"({ link, far }) {
    far.send("a");
    await link.count(2);
    same(link.news, ["opened", "a"]);
  },
  async "takes packets from the moment it is open"({ stand }) {
    const coming = stand.peer();
    const link = new Watched(stand.transport, stand.url, stand.protocols, void 0, (open) => open.send("first"));
    const far = await within(coming, () => "nobody came in");
    await link.count(1);
    link.connection.send("second");
    await heard(far, 2);
    same(far.got, ["first", "second"]);
  },
  async "carries text and bytes, both ways, in order"({ link, far }) {
    const part = new Uint8Array([9, 9, 0, 1, 255, 9]).subarray(2, 5);
    const odd = ["", " ", "plain", "\u2603 \u{1F600} \u2028", "\uFEFF", '"', "!", "#", '#{"code":1000}', "a\nb\r\nc\r", "\n"];
    const packets = [...odd, part, new Uint8Array(), new Uint8Array(7e4).fill(7), "last"];
    for (const packet of packets) {
      link.connection.send(packet);
      far.send(packet);
    }
    await link.count(1 + packets.length);
    same(link.news.slice(1), packets);
    await heard(far, packets.length);
    same(far.got, packets);
  },
  async "keeps the order of a thousand, both ways"({ link, far }) {
    const packets = Array.from({ length: 1e3 }, (_, n) => String(n));
    for (const packet of packets) {
      far.send(packet);
      link.connection.send(packet);
    }
    await link.count(1 + packets.length);
    same(link.news.slice(1), packets);
    await heard(far, packets.length);
    same(far.got, packets);
  },
  async "tells the code and the reason of the end, once, and nothing after it"({ link, far }) {
    far.send("before");
    far.close(4321, "because \u2603");
    await link.ended();
    far.send("after");
    await within(far.gone, () => "the far end is still there");
    same(plain$1(link), ["opened", "before", { code: 4321, reason: "because \u2603", clean: true }]);
  },
  async "says of a connection that breaks: 1006, and not clean"({ link, far }) {
    far.cut();
    await link.ended();
    same(codes(link), ["opened", 1006]);
    same(link.news.at(-1).clean, false);
  },
  async "says of a dial that fails: closed, once, with 1006"({ stand }) {
    const failed = new Watched(stand.transport, stand.nowhere, stand.protocols);
    await failed.ended();
    const coming = stand.peer();
    const other = new Watched(stand.transport, stand.url, stand.protocols);
    const far = await within(coming, () => "nobody came in");
    far.cut();
    await other.ended();
    const said = codes(failed).filter((news) => news !== "opened");
    same(said, [1006]);
  },
  ...Object.fromEntries([1e3, 1001, 4408].map((code) => [`is silent after its own close (${code})`, closes(code)])),
  async "is silent after a close before it was open, and may be closed twice"({ stand, link, far }) {
    const early = new Watched(stand.transport, stand.url, stand.protocols);
    early.connection.close(1e3, "");
    early.connection.close(1e3, "");
    await new Watched(stand.transport, stand.url, stand.protocols).count(1);
    far.send("time passes");
    await link.count(2);
    same(early.news, []);
  },
  async "delivers what was sent before the close"({ link, far }) {
    await up(link, far);
    link.connection.send("bye");
    link.connection.close(1e3, "");
    await within(far.gone, () => "the far end is still there");
    same(far.got, ["bye"]);
  },
  async "throws nothing at what is sent after the end, which is nobody\u2019s"({ link, far }) {
    far.close(1e3, "");
    await link.ended();
    link.connection.send("late");
    same(typeof link.connection.buffered, "number");
  }
};
function closes(code) {
  return async ({ link, far }) => {
    await up(link, far);
    far.send("late");
    link.connection.close(code, "x".repeat(200));
    far.send("later");
    const gone = await within(far.gone, () => "the far end is still there");
    same(gone.code, code < 3e3 ? 1e3 : code);
    same(link.news, ["opened", "up"]);
  };
}
async function up(link, far) {
  far.send("up");
  await link.count(2);
}
async function heard(far, many) {
  let over = false;
  const look = async () => {
    while (far.got.length < many && !over) await new Promise((done) => setTimeout(done, 1));
  };
  await within(look(), () => `the far end got ${show(far.got)}`).finally(() => over = true);
}
const plain$1 = ({ news }) => news.map(
  (one) => typeof one === "object" && "code" in one ? { code: one.code, reason: one.reason, clean: one.clean } : one
);
const codes = ({ news }) => news.map((one) => typeof one === "object" && "code" in one ? one.code : one);

function plain(value) {
  if (value instanceof Uint8Array)
    return { bytes: value.length > 200 ? `${value.length}: ${sum(value)}` : value.join() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const said = Object.entries(value).filter(([, part]) => part !== void 0);
  return Object.fromEntries(said.sort(([a], [b]) => a < b ? -1 : 1).map(([key, part]) => [key, plain(part)]));
}
const sum = (bytes) => bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261);
const tell = (value) => JSON.stringify([plain(value)]);
function alike(got, expected, what) {
  const [real, wanted] = [tell(got), tell(expected)];
  if (real !== wanted) throw new Error(`${what}: expected ${wanted.slice(0, 600)}, got ${real.slice(0, 600)}`);
}

class Ear {
  /** All that was told of the channel, in order. */
  heard = [];
  /** Ends the hearing. */
  stop;
  #check = () => void 0;
  constructor(store, ch) {
    this.stop = store.watch((change) => {
      if (change.ch !== ch) return;
      this.heard.push(change);
      this.#check();
    });
  }
  /** Listens, and waits until it is certain that it hears. */
  static async to(store, ch) {
    const ear = new Ear(store, ch);
    store.follow?.(ch, true);
    if (store.follow) await ear.until(({ is }) => is === "unsure");
    ear.heard.length = 0;
    return ear;
  }
  /** Waits until such a change was told; throws after ten seconds. */
  until(wanted) {
    const done = new Promise((resolve) => {
      this.#check = () => {
        if (this.heard.some(wanted)) resolve();
      };
      this.#check();
    });
    return within(done, () => `the store told ${tell(this.heard)}`);
  }
}

class Trial {
  store;
  stand;
  /** Part of each name, so that no two cases meet in one database. */
  tag;
  /** The channels that nearly every case uses. */
  room;
  inbox;
  /** The client that nearly every case uses. */
  ann;
  constructor(stand, tag) {
    this.stand = stand;
    this.store = stand.store;
    this.tag = tag;
    this.room = `room ${tag}`;
    this.inbox = `@bob ${tag}`;
    this.ann = `ann ${tag}`;
  }
  /** A name of this case. */
  name(name) {
    return `${name} ${this.tag}`;
  }
  /** One more store over the same data. */
  async another() {
    const other = await this.stand.another?.();
    if (!other) throw new Error("the stand says that it has more than one store; it has no another()");
    return other;
  }
  /** Goes on with the store that a restart finds. */
  async reopen() {
    const store = await this.stand.reopen?.();
    if (!store) throw new Error("the stand says that it can be opened again; it has no reopen()");
    this.store = store;
  }
  now() {
    return this.stand.clock?.now() ?? Date.now();
  }
  async pass(ms) {
    if (!this.stand.clock) throw new Error("the stand says that it has a clock; it has none");
    await this.stand.clock.pass(ms);
  }
  open(client = this.ann, user = "", key = `key of ${client}`, acked = 0) {
    return this.store.open({ client, key, user, acked });
  }
  draft(client, seq, sent = {}) {
    const { ch = this.room, after = seq - 1, id = `${client}:${seq}`, from = "", body = `${seq}` } = sent;
    return { ch, seq, after, id, from, body, time: this.now() };
  }
  append(client, records, store = this.store) {
    return store.append({ client, records });
  }
  /** Sends messages `first` … `last`, which have to be stored. */
  async fill(first, last, sent = {}, client = this.ann) {
    const records = Array.from({ length: last - first + 1 }, (_, at) => this.draft(client, first + at, sent));
    const places = [];
    for (let at = 0; at < records.length; at += 100) {
      const fates = fatesOf(await this.append(client, records.slice(at, at + 100)));
      for (const fate of fates) {
        alike(fate.is, "stored", "the fate of a message");
        if (fate.is === "stored") places.push(fate.place);
      }
    }
    return places;
  }
  read(ch = this.room, from = 0, limit = 1e4, bytes = 2 ** 30, store = this.store) {
    return store.read({ ch, from, limit, bytes });
  }
  async bounds(ch = this.room) {
    const { oldest, next } = await this.read(ch, 0, 0, 0);
    return [oldest, next];
  }
  async epoch(ch = this.room) {
    return (await this.read(ch, 0, 0, 0)).epoch;
  }
  /** The client has `since` … `offset`, in the epoch of the log unless said otherwise. */
  async keep(client, ch, run, epoch) {
    const [since, offset] = run;
    const cursor = { epoch: epoch ?? await this.epoch(ch), since, offset, time: this.now() };
    await this.store.keep({ client, ch, cursor });
    return cursor;
  }
  cursor(client = this.ann, ch = this.room) {
    return this.store.cursor({ client, ch });
  }
  /** In the order of their names: a store may have them in any. */
  async members(ch = this.room, store = this.store) {
    const { members } = await store.members({ ch });
    return [...members].sort((a, b) => a.client < b.client ? -1 : 1);
  }
  async names(ch = this.room) {
    return (await this.members(ch)).map(({ client }) => client);
  }
  see(client, presence, seenAt, user = "") {
    return this.store.seen({ devices: [{ client, user, presence, seenAt }] });
  }
  hear(ch = this.room, store = this.store) {
    return Ear.to(store, ch);
  }
}
function fatesOf(appended) {
  if (appended.is === "unknown") throw new Error("the store does not know the client");
  return appended.fates;
}
const kinds = (appended) => fatesOf(appended).map(({ is }) => is);
const offsets = (entries) => entries.map(({ offset }) => offset);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

const HOUR$2 = 36e5;
const clientRules = {
  "knows a client again, by its key and its user": {
    async run(trial) {
      const { ann } = trial;
      alike(await trial.open(ann, "Ann"), { is: "open", seq: 0, known: false }, "the first time");
      await trial.fill(1, 1);
      alike(await trial.open(ann, "Ann", "another key"), { is: "taken" }, "with another key");
      alike(await trial.open(ann, "Bob"), { is: "taken" }, "as another user");
      alike(await trial.open(ann, ""), { is: "taken" }, "as nobody");
      alike(await trial.open(ann, "Ann"), { is: "open", seq: 1, known: true }, "again");
    }
  },
  "lets one of two have a client id that both claim at once": {
    async run(trial) {
      for (const client of ["a", "b", "c", "d", "e"].map((name) => trial.name(name))) {
        const opened = await Promise.all([1, 2, 3].map((key) => trial.open(client, "", `key ${key}`)));
        alike(opened.map(({ is }) => is).sort(), ["open", "taken", "taken"], "three claims");
      }
    }
  },
  "is never behind what a client says is settled": {
    async run(trial) {
      for (const [acked, seq] of [
        [5, 5],
        [3, 5],
        [9, 9]
      ]) {
        const opened = await trial.open(trial.ann, "", "key", acked);
        alike(opened.is === "open" && opened.seq, seq, `settled up to ${acked}`);
      }
      const records = [8, 9, 10].map((seq) => trial.draft(trial.ann, seq));
      alike(kinds(await trial.append(trial.ann, records)), ["duplicate", "duplicate", "stored"], "messages 8, 9, 10");
    }
  },
  "takes nothing from a client that it does not know": {
    async run(trial) {
      const { ann, room, store } = trial;
      alike(await trial.append(ann, [trial.draft(ann, 1)]), { is: "unknown" }, "an append");
      await trial.keep(ann, room, [1, 0]);
      await trial.see(ann, "online", trial.now());
      await store.leave({ client: ann, ch: room });
      await store.forget({ client: ann, below: Infinity });
      alike(await trial.cursor(), void 0, "its cursor");
      alike(await store.sent({ client: ann, from: 0 }), [], "what it sent");
      alike(await trial.bounds(), [1, 1], "the log");
      alike(await trial.open(), { is: "open", seq: 0, known: false }, "its first time");
      alike(await trial.names(), [], "the members");
    }
  },
  "forgets a client that left: it has sent nothing and is a member of nothing, and what comes late is not taken for it": {
    async run(trial) {
      const { ann, store } = trial;
      const rooms = [trial.room, trial.name("hall")];
      await trial.open();
      await trial.fill(1, 3);
      for (const ch of rooms) await trial.keep(ann, ch, [1, 0]);
      await trial.see(ann, "online", trial.now());
      await store.forget({ client: ann, below: Infinity });
      await store.forget({ client: ann, below: Infinity });
      alike(await trial.append(ann, [trial.draft(ann, 4)]), { is: "unknown" }, "an append");
      for (const ch of rooms) alike(await trial.names(ch), [], `the members of ${ch}`);
      for (const acked of [0, 3])
        alike(
          await trial.open(ann, "", `key of ${ann}`, acked),
          { is: "left" },
          "what it said before, and comes late"
        );
      alike(await trial.open(ann, "Bob", "another key"), { is: "left" }, "the same, of somebody else");
      for (const ch of rooms) alike(await trial.cursor(ann, ch), void 0, `its cursor in ${ch}`);
      alike(await store.sent({ client: ann, from: 0 }), [], "what it sent");
      alike((await trial.read()).entries.length, 3, "entries of the log");
      const back = await trial.open(ann, "", `key of ${ann}`, 4);
      alike(back, { is: "open", seq: 4, known: false }, "it comes back, and has settled more than was ever sent");
      for (const ch of rooms) alike(await trial.cursor(ann, ch), void 0, `its cursor in ${ch}, now`);
      await store.forget({ client: ann, below: 4 });
      alike(await trial.open(ann, "", `key of ${ann}`, 4), { is: "open", seq: 4, known: true }, "told late to leave");
    }
  },
  "forgets a client that did nothing for its time, and none that did something": {
    needs: ["clock"],
    limits: { clientTtl: 10 * HOUR$2 },
    async run(trial) {
      const acts = {
        open: (client) => trial.open(client),
        append: (client) => trial.append(client, [trial.draft(client, 1)]),
        keep: (client) => trial.keep(client, trial.room, [1, 0]),
        seen: (client) => trial.see(client, "online", trial.now())
      };
      const busy = Object.keys(acts).map((name) => trial.name(name));
      for (const client of [trial.ann, ...busy]) await trial.open(client);
      for (const client of [trial.ann, ...busy]) await trial.keep(client, trial.inbox, [1, 0]);
      await trial.pass(6 * HOUR$2);
      for (const [name, act] of Object.entries(acts)) await act(trial.name(name));
      await trial.pass(6 * HOUR$2);
      alike(await trial.names(trial.inbox), busy.sort(), "who is still a member");
      alike(await trial.append(trial.ann, [trial.draft(trial.ann, 1)]), { is: "unknown" }, "the idle one");
      alike(await trial.open(trial.ann, "", "another key"), { is: "open", seq: 0, known: false }, "its next time");
    }
  }
};

const JOINS = [
  ["what follows", [1, 5], [6, 9], [1, 9]],
  ["what comes before", [6, 9], [1, 5], [1, 9]],
  ["what overlaps", [3, 7], [5, 9], [3, 9]],
  ["what is within", [3, 9], [4, 6], [3, 9]],
  ["what lies around", [4, 6], [3, 9], [3, 9]],
  ["the same again", [3, 9], [3, 9], [3, 9]],
  ["further on, with a hole", [1, 5], [7, 9], [7, 9]],
  ["further back, with a hole", [7, 9], [1, 5], [7, 9]],
  ["nothing yet, where it goes on", [1, 5], [6, 5], [1, 5]],
  ["nothing yet, further on", [1, 5], [9, 8], [9, 8]],
  ["what comes before nothing yet", [6, 5], [1, 5], [1, 5]]
];
async function join(trial, [what, kept, said, joined]) {
  const { ann } = trial;
  const ch = trial.name(what);
  const first = await trial.keep(ann, ch, kept);
  await trial.stand.clock?.pass(1e3);
  const then = { ...first, since: said[0], offset: said[1], time: first.time + 1e3 };
  await trial.store.keep({ client: ann, ch, cursor: then });
  const time = said[1] > kept[1] ? then.time : first.time;
  alike(
    await trial.cursor(ann, ch),
    { ...first, since: joined[0], offset: joined[1], time },
    `${kept.join("\u2026")} and ${what}`
  );
}
const cursorRules = {
  "joins the runs of a member that meet; of others, the one that reaches further stays": {
    async run(trial) {
      await trial.open();
      alike(await trial.cursor(), void 0, "a cursor that nobody kept");
      for (const row of JOINS) await join(trial, row);
    }
  },
  "joins runs that are said at once": {
    async run(trial) {
      await trial.open();
      const epoch = await trial.epoch();
      for (const ch of ["a", "b", "c", "d", "e"].map((name) => trial.name(name))) {
        const runs = [
          [1, 5],
          [6, 9],
          [4, 7],
          [10, 20],
          [1, 3]
        ];
        const time = trial.now();
        const keep = ([since, offset]) => trial.store.keep({ client: trial.ann, ch, cursor: { epoch, since, offset, time } });
        await Promise.all(runs.map(keep));
        alike(await trial.cursor(trial.ann, ch), { epoch, since: 1, offset: 20, time }, "the cursor");
      }
    }
  },
  "takes the cursor of another epoch only where the log is of it, or not of the old one": {
    async run(trial) {
      const { ann, room } = trial;
      await trial.open();
      await trial.fill(1, 3);
      const epoch = await trial.epoch();
      const after = async (said, expected) => {
        await trial.keep(ann, room, [1, 1], said);
        alike((await trial.cursor())?.epoch, expected, `the epoch after ${said}`);
      };
      await after("older", "older");
      await after("old", "old");
      await after(epoch, epoch);
      await after("old", epoch);
    }
  }
};

const HOUR$1 = 36e5;
const limits = { inboxEntries: 4, inboxBytes: 2e4, maxEntries: 2, inboxAge: 100 * HOUR$1, clientTtl: 10 * HOUR$1 };
async function full(trial) {
  const [phone, desk] = [trial.name("phone"), trial.name("desk")];
  for (const client of [trial.ann, phone, desk]) await trial.open(client);
  await trial.keep(phone, trial.inbox, [1, 0]);
  await trial.keep(desk, trial.inbox, [1, 0]);
  await trial.fill(1, 4, { ch: trial.inbox });
  return [phone, desk];
}
const send = (trial, ...seqs) => trial.append(
  trial.ann,
  seqs.map((seq) => trial.draft(trial.ann, seq, { ch: trial.inbox }))
);
async function freed(trial, desk, leave) {
  await trial.keep(desk, trial.inbox, [1, 4]);
  alike(kinds(await send(trial, 5)), ["full"], "one more while a device holds all back");
  await leave();
  alike(kinds(await send(trial, 5)), ["stored"], "one more when that device is gone");
  alike(await trial.bounds(trial.inbox), [5, 6], "the inbox");
}
const inboxRules = {
  "lets go of an inbox what all its members have, and of no other channel": {
    async run(trial) {
      const { ann, room, inbox } = trial;
      const phone = trial.name("phone");
      await trial.open();
      await trial.open(phone);
      await trial.fill(1, 9, { ch: inbox });
      await trial.fill(10, 12);
      const steps = [
        [phone, [1, 0], 1],
        [ann, [1, 6], 1],
        [phone, [1, 4], 5],
        [ann, [7, 9], 5],
        [phone, [1, 9], 10],
        [phone, [1, 9], 10]
      ];
      for (const [client, run, oldest] of steps) {
        await trial.keep(client, inbox, run);
        alike(await trial.bounds(inbox), [oldest, 10], `the inbox after ${run.join("\u2026")}`);
      }
      alike((await trial.store.members({ ch: inbox })).oldest, 10, "the oldest, as told with the members");
      await trial.keep(ann, room, [1, 3]);
      alike(await trial.bounds(room), [1, 4], "a room");
      await trial.fill(13, 13, { ch: inbox });
      alike(await trial.bounds(inbox), [10, 11], "the inbox after one more");
    }
  },
  "keeps an inbox whole while a member counts in another epoch, or there is none": {
    async run(trial) {
      const { ann, inbox, store } = trial;
      const old = trial.name("old");
      await trial.open();
      await trial.open(old);
      await trial.fill(1, 3, { ch: inbox });
      await trial.keep(ann, inbox, [1, 0]);
      await store.leave({ client: ann, ch: inbox });
      alike(await trial.bounds(inbox), [1, 4], "the inbox that the last has left");
      await trial.keep(old, inbox, [1, 99], "another epoch");
      await trial.keep(ann, inbox, [1, 3]);
      alike(await trial.bounds(inbox), [1, 4], "the inbox that one is in who counts in another epoch");
      await trial.keep(old, inbox, [1, 2]);
      alike(await trial.bounds(inbox), [3, 4], "the inbox when that one counts as the log does");
    }
  },
  "refuses a message to an inbox that holds all it may; its number stays, and what follows is a gap": {
    limits,
    async run(trial) {
      const { ann } = trial;
      const [phone, desk] = await full(trial);
      const appended = await send(trial, 4, 5, 6);
      alike(kinds(appended), ["duplicate", "full", "gap"], "messages 4, 5, 6");
      alike(appended.is === "done" && appended.seq, 4, "the number of the client");
      const [fate] = fatesOf(await send(trial, 5));
      if (fate?.is !== "full" || !fate.reason) throw new Error("a message was refused, and no reason was given");
      const other = trial.draft(ann, 7, { after: 4 });
      alike(kinds(await trial.append(ann, [other])), ["stored"], "one elsewhere, for which 5 and 6 were given up");
      alike(kinds(await send(trial, 5)), ["duplicate"], "what was given up");
      alike(await trial.bounds(trial.inbox), [1, 5], "the inbox");
      await trial.keep(phone, trial.inbox, [1, 1]);
      await trial.keep(desk, trial.inbox, [1, 2]);
      alike(kinds(await send(trial, 8, 9)), ["stored", "full"], "two more when one is fetched");
    }
  },
  "refuses what is too many bytes for an inbox, and takes one message of any size": {
    limits: { ...limits, inboxEntries: 1e3 },
    async run(trial) {
      const { ann, inbox } = trial;
      await trial.open();
      const record = (seq, ch, body) => trial.draft(ann, seq, { ch, body });
      const [half, big] = [new Uint8Array(8e3), JSON.stringify("\u20AC".repeat(8e3))];
      alike(kinds(await trial.append(ann, [record(1, inbox, half)])), ["stored"], "the first half");
      alike(kinds(await trial.append(ann, [record(2, inbox, half)])), ["stored"], "the second half");
      alike(kinds(await trial.append(ann, [record(3, inbox, half)])), ["full"], "a third");
      alike(kinds(await trial.append(ann, [record(3, trial.name("@cid"), big)])), ["stored"], "one that is too big");
      alike(kinds(await trial.append(ann, [record(4, trial.name("@cid"), "1")])), ["full"], "one behind it");
      await trial.keep(ann, inbox, [1, 1]);
      alike(kinds(await trial.append(ann, [record(4, inbox, half)])), ["stored"], "one more when one is fetched");
    }
  },
  "keeps what nobody has fetched of an inbox for its age, and no longer": {
    needs: ["clock"],
    limits: { ...limits, maxAge: HOUR$1, inboxAge: 20 * HOUR$1, clientTtl: 1e3 * HOUR$1 },
    async run(trial) {
      const { inbox } = trial;
      await trial.open();
      await trial.fill(1, 3, { ch: inbox });
      await trial.pass(12 * HOUR$1);
      await trial.fill(4, 4, { ch: inbox });
      alike(await trial.bounds(inbox), [1, 5], "the inbox while all are young");
      alike(kinds(await send(trial, 5)), ["full"], "one more");
      await trial.pass(12 * HOUR$1);
      alike(await trial.bounds(inbox), [4, 5], "the inbox when the first three are old");
      alike(kinds(await send(trial, 5)), ["stored"], "one more then");
    }
  },
  "knows of an inbox what those had who are gone, joined as if it were one": {
    async run(trial) {
      const { ann, inbox, store } = trial;
      const past = async (ch = inbox) => (await store.members({ ch })).past?.cursor;
      const [phone, desk] = [trial.name("phone"), trial.name("desk")];
      for (const client of [ann, phone, desk]) await trial.open(client);
      await trial.fill(1, 9, { ch: inbox });
      await trial.keep(ann, inbox, [1, 0]);
      alike(await past(), void 0, "while nobody has left");
      const [first, second] = [await trial.keep(phone, inbox, [1, 6]), await trial.keep(desk, inbox, [4, 8])];
      await store.leave({ client: phone, ch: inbox });
      alike(await past(), first, "when one has left");
      await store.forget({ client: desk, below: Infinity });
      alike(await trial.names(inbox), [ann], "the members");
      alike(await past(), { ...second, since: 1 }, "when two are gone");
      await trial.keep(ann, trial.room, [1, 0]);
      await store.leave({ client: ann, ch: trial.room });
      alike(await past(trial.room), void 0, "of a room");
    }
  },
  "is not held back by a device that left, not even where an inbox is full": {
    limits,
    async run(trial) {
      const [phone, desk] = await full(trial);
      await freed(trial, desk, () => trial.store.leave({ client: phone, ch: trial.inbox }));
    }
  },
  "is not held back by a device that is forgotten, not even where an inbox is full": {
    limits,
    async run(trial) {
      const [phone, desk] = await full(trial);
      await freed(trial, desk, () => trial.store.forget({ client: phone, below: Infinity }));
    }
  },
  "is not held back by a device that was not seen for its time, not even where an inbox is full": {
    needs: ["clock"],
    limits,
    async run(trial) {
      const [, desk] = await full(trial);
      await freed(trial, desk, async () => {
        for (const hours of [6, 6]) {
          await trial.pass(hours * HOUR$1);
          await trial.open(trial.ann);
          await trial.see(desk, "online", trial.now());
        }
      });
    }
  }
};

const HOUR = 36e5;
const bodies = () => [
  ...['""', "null", "1.0", '{"a":"\u2603 \u{1F600} \\u2028"}', '"\0"', '"\r\n	"', `"'; DROP TABLE entries --"`, '"%s $1 ? :a"'],
  ...[new Uint8Array(), new Uint8Array([0]), new Uint8Array([0, 255, 128, 10, 13, 0]), new Uint8Array([34, 97, 34])],
  Uint8Array.from(range(0, 255)),
  JSON.stringify("\xE9".repeat(5e5)),
  new Uint8Array(1e6).map((_, at) => at % 251)
];
const logRules = {
  "has bodies as they were given: text as text, bytes as bytes, small and large": {
    async run(trial) {
      const { ann } = trial;
      await trial.open();
      const given = bodies();
      given.push(new Uint8Array([9, 9, 0, 1, 255, 9]).subarray(2, 5));
      const time = trial.now();
      for (const [at, body] of given.entries())
        await trial.append(ann, [trial.draft(ann, at + 1, { body, from: "Ann \u2603" })]);
      const { entries } = await trial.read();
      for (const [at, body] of given.entries()) {
        const { time: took = 0, ...entry } = entries[at] ?? {};
        alike(entry, { offset: at + 1, id: `${ann}:${at + 1}`, from: "Ann \u2603", body }, `entry ${at + 1}`);
        if (took < time) throw new Error(`entry ${at + 1} has the time ${took}, it was sent at ${time}`);
      }
    }
  },
  "reads from an offset, as much as is wanted": {
    limits: { maxEntries: 7 },
    async run(trial) {
      await trial.open();
      await trial.fill(1, 10, { body: JSON.stringify("x".repeat(8)) });
      const all = range(4, 10);
      const asks = [
        ["from before the oldest", 0, 2, 1e3, [4, 5]],
        ["from within", 6, 9, 1e3, [6, 7, 8, 9, 10]],
        ["all", 4, 7, 1e3, all],
        ["the bounds alone", 0, 0, 1e3, []],
        ["beyond the end", 11, 9, 1e3, []],
        ["far beyond the end", Number.MAX_SAFE_INTEGER, 9, 1e3, []],
        ["as many bytes as wanted", 0, 9, 35, [4, 5, 6]],
        ["one entry, however large", 0, 9, 1, [4]],
        ["without a limit of bytes", 0, 9, Infinity, all]
      ];
      for (const [what, from, limit, bytes, expected] of asks) {
        const { oldest, next, entries } = await trial.read(trial.room, from, limit, bytes);
        alike([oldest, next, offsets(entries)], [4, 11, expected], what);
      }
    }
  },
  "has an empty log where nobody wrote, of the epoch that its first entry has": {
    async run(trial) {
      await trial.open();
      const { epoch, ...rest } = await trial.read();
      alike(rest, { oldest: 1, next: 1, entries: [] }, "a log that nobody wrote to");
      const [place] = await trial.fill(1, 1);
      alike(place, { seq: 1, ch: trial.room, epoch, offset: 1 }, "the first place");
      alike(await trial.epoch(), epoch, "the epoch of the log");
      const { members, ...bounds } = await trial.store.members({ ch: trial.name("other") });
      alike([bounds.oldest, bounds.next, members], [1, 1, []], "the bounds of a log that nobody wrote to");
    }
  },
  "shows each message that was answered, at once": {
    async run(trial) {
      const { ann } = trial;
      await trial.open();
      for (const seq of range(1, 20)) {
        await trial.append(ann, [trial.draft(ann, seq)]);
        alike((await trial.read()).next, seq + 1, "the end of the log");
      }
    }
  },
  "counts on where old entries go for new ones": {
    limits: { maxEntries: 20 },
    async run(trial) {
      await trial.open();
      const epoch = await trial.epoch();
      await trial.fill(1, 500);
      const { entries, ...bounds } = await trial.read();
      alike(bounds, { epoch, oldest: 481, next: 501 }, "the bounds");
      alike(offsets(entries), range(481, 500), "the entries");
    }
  },
  "lets old entries go, and keeps the count and the epoch": {
    needs: ["clock"],
    limits: { maxAge: 10 * HOUR, clientTtl: 1e3 * HOUR },
    async run(trial) {
      await trial.open();
      const epoch = await trial.epoch();
      await trial.fill(1, 3);
      await trial.pass(6 * HOUR);
      await trial.fill(4, 5);
      await trial.pass(6 * HOUR);
      alike(await trial.bounds(), [4, 6], "the bounds when the first three are old");
      await trial.pass(6 * HOUR);
      alike(await trial.read(), { epoch, oldest: 6, next: 6, entries: [] }, "the log when all are old");
      await trial.fill(6, 6);
      alike(await trial.bounds(), [6, 7], "the bounds after one more");
    }
  },
  "has what it had, after a restart": {
    needs: ["reopen"],
    async run(trial) {
      const { ann, room, inbox } = trial;
      await trial.open(ann, "Ann");
      const places = [...await trial.fill(1, 5), ...await trial.fill(6, 9, { ch: inbox })];
      await trial.keep(ann, room, [2, 4]);
      await trial.keep(ann, inbox, [1, 2]);
      const before = [await trial.read(), await trial.read(inbox), await trial.cursor(), await trial.cursor(ann, inbox)];
      await trial.reopen();
      const after = [await trial.read(), await trial.read(inbox), await trial.cursor(), await trial.cursor(ann, inbox)];
      alike(after, before, "logs and cursors");
      alike(await trial.store.sent({ client: ann, from: 0 }), places, "what was sent");
      alike(await trial.open(ann, "Ann", "another key"), { is: "taken" }, "another key");
      alike(await trial.open(ann, "Ann"), { is: "open", seq: 9, known: true }, "the client");
      const [again, next] = fatesOf(await trial.append(ann, [trial.draft(ann, 3), trial.draft(ann, 10)]));
      alike(again, { is: "duplicate", place: places[2] }, "message 3 again");
      alike(next, { is: "stored", place: { ...places[4], seq: 10, offset: 6 } }, "message 10");
    }
  }
};

const memberRules = {
  "tells who is a member of a channel, where each is, and how it was seen": {
    async run(trial) {
      const { ann, room, store } = trial;
      const bob = trial.name("bob");
      await trial.open();
      await trial.open(bob, "Bob");
      await trial.fill(1, 3);
      const [mine, his] = [await trial.keep(ann, room, [1, 2]), await trial.keep(bob, room, [2, 3])];
      await trial.see(bob, "away", 1234, "Bob");
      const members = [
        { client: ann, user: "", presence: "offline", seenAt: mine.time, cursor: mine },
        { client: bob, user: "Bob", presence: "away", seenAt: 1234, cursor: his }
      ];
      alike(await trial.members(), members, "the members");
      const { epoch, oldest, next } = await store.members({ ch: room });
      alike([epoch, oldest, next], [await trial.epoch(), 1, 4], "the bounds");
      await store.leave({ client: ann, ch: room });
      await store.leave({ client: ann, ch: room });
      alike(await trial.names(), [bob], "the members when one has left");
      alike(await trial.cursor(), void 0, "the cursor of the one who left");
    }
  },
  "tells of what comes to a log": {
    async run(trial) {
      const { ann, room } = trial;
      await trial.open();
      const ear = await trial.hear();
      await trial.fill(1, 2);
      await trial.append(ann, [trial.draft(ann, 3), trial.draft(ann, 4)]);
      const epoch = await trial.epoch();
      await ear.until((change) => change.is === "grown" && change.next === 5);
      for (const change of ear.heard)
        alike(change.is === "grown" && [change.ch, change.epoch], [room, epoch], "what is told of it");
      ear.stop();
    }
  },
  "tells of each step of a member, also of one that moves nothing": {
    async run(trial) {
      const { ann, room } = trial;
      await trial.open();
      const ear = await trial.hear();
      const cursor = await trial.keep(ann, room, [1, 0]);
      const member = { client: ann, user: "", presence: "offline", seenAt: cursor.time, cursor };
      await ear.until(({ is }) => is === "member");
      alike(ear.heard[0], { is: "member", ch: room, member }, "a member who comes");
      ear.heard.length = 0;
      await trial.keep(ann, room, [1, 0]);
      await ear.until(({ is }) => is === "member");
      await trial.keep(ann, room, [1, 7]);
      await ear.until((change) => change.is === "member" && change.member.cursor.offset === 7);
      ear.stop();
    }
  },
  "tells of a member who leaves one channel, or all": {
    async run(trial) {
      const { ann, room, store } = trial;
      const hall = trial.name("hall");
      await trial.open();
      const [ear, other] = [await trial.hear(), await trial.hear(hall)];
      await trial.keep(ann, room, [1, 0]);
      await trial.keep(ann, hall, [1, 0]);
      await store.leave({ client: ann, ch: room });
      await ear.until(({ is }) => is === "left");
      alike(ear.heard.at(-1), { is: "left", ch: room, client: ann }, "what is told of it");
      await trial.keep(ann, room, [1, 0]);
      ear.heard.length = 0;
      await store.forget({ client: ann, below: Infinity });
      for (const one of [ear, other]) await one.until(({ is }) => is === "left");
      ear.stop();
      other.stop();
    }
  },
  "tells of a device that is seen differently, in each of its channels, and of no mere refresh": {
    async run(trial) {
      const { ann, room } = trial;
      const hall = trial.name("hall");
      await trial.open();
      await trial.keep(ann, room, [1, 0]);
      await trial.keep(ann, hall, [1, 0]);
      const [ear, other] = [await trial.hear(), await trial.hear(hall)];
      const steps = [
        ["online", 1e3, true],
        ["online", 2e3, false],
        ["away", 3e3, true],
        ["online", 2500, false],
        ["offline", 3e3, true],
        ["offline", 4e3, false],
        ["online", 5e3, true]
      ];
      for (const [presence, seenAt] of steps) await trial.see(ann, presence, seenAt);
      const expected = steps.filter(([, , told]) => told).map(([presence, seenAt]) => [presence, seenAt]);
      for (const one of [ear, other]) {
        await one.until((change) => change.is === "member" && change.member.seenAt === 5e3);
        const seen = one.heard.map((change) => change.is === "member" && [change.member.presence, change.member.seenAt]);
        alike(seen, expected, "what was told");
        one.stop();
      }
    }
  },
  "keeps what was seen last of a device": {
    async run(trial) {
      const { ann, room } = trial;
      await trial.open();
      await trial.keep(ann, room, [1, 0]);
      const steps = [
        ["online", 1e3, "online", 1e3],
        ["online", 2e3, "online", 2e3],
        ["away", 1500, "online", 2e3],
        ["away", 2e3, "away", 2e3]
      ];
      for (const [presence, seenAt, then, at] of steps) {
        await trial.see(ann, presence, seenAt);
        const [member] = await trial.members();
        alike([member?.presence, member?.seenAt], [then, at], `${presence} at ${seenAt}`);
      }
    }
  },
  "tells nothing to one who has stopped to watch": {
    async run(trial) {
      await trial.open();
      const [ear, other] = [await trial.hear(), await trial.hear()];
      ear.stop();
      ear.heard.length = 0;
      await trial.fill(1, 1);
      await other.until(({ is }) => is === "grown");
      alike(ear.heard, [], "what it was told");
      other.stop();
    }
  }
};

const VERDICTS = [
  [4, 3, "stored", 4],
  [3, 2, "duplicate", 3],
  [1, 0, "duplicate", 3],
  [5, 4, "gap", 3],
  [7, 3, "stored", 7],
  [7, 1, "stored", 7],
  [7, 5, "gap", 3]
];
async function verdict(trial, [seq, after, fate, then]) {
  const [client, ch] = [trial.name(`${seq} after ${after}`), trial.name(`room of ${seq} after ${after}`)];
  await trial.open(client);
  await trial.fill(1, 3, { ch }, client);
  const appended = await trial.append(client, [trial.draft(client, seq, { ch, after })]);
  const what = `${seq} after ${after} where 3 is the last`;
  alike(kinds(appended), [fate], what);
  alike(appended.is === "done" && appended.seq, then, `the number after ${what}`);
  alike(await trial.bounds(ch), [1, fate === "stored" ? 5 : 4], `the log after ${what}`);
}
const messageRules = {
  "takes the next message, none twice, and none before the one it needs": {
    async run(trial) {
      for (const row of VERDICTS) await verdict(trial, row);
    }
  },
  "decides a batch in its order, each message by those before it": {
    async run(trial) {
      const { ann, room } = trial;
      const hall = trial.name("hall");
      await trial.open();
      const records = [
        ...[trial.draft(ann, 1), trial.draft(ann, 2, { ch: hall }), trial.draft(ann, 2, { ch: hall })],
        ...[trial.draft(ann, 4), trial.draft(ann, 3)]
      ];
      const appended = await trial.append(ann, records);
      const [epoch, other] = [await trial.epoch(), await trial.epoch(hall)];
      const second = { seq: 2, ch: hall, epoch: other, offset: 1 };
      const fates = [
        { is: "stored", place: { seq: 1, ch: room, epoch, offset: 1 } },
        { is: "stored", place: second },
        { is: "duplicate", place: second },
        { is: "gap" },
        { is: "stored", place: { seq: 3, ch: room, epoch, offset: 2 } }
      ];
      alike(appended, { is: "done", seq: 3, fates }, "the batch");
      alike(await trial.append(ann, []), { is: "done", seq: 3, fates: [] }, "an empty batch");
    }
  },
  "stores once what is sent again, and says the same place each time": {
    limits: { maxEntries: 10 },
    async run(trial) {
      const { ann } = trial;
      await trial.open();
      const places = await trial.fill(1, 30);
      for (const seq of [1, 15, 30, 1]) {
        const [fate] = fatesOf(await trial.append(ann, [trial.draft(ann, seq)]));
        alike(fate, { is: "duplicate", place: places[seq - 1] }, `message ${seq} again`);
      }
      alike(await trial.bounds(), [21, 31], "the log");
    }
  },
  "knows where the last thousand messages of a client went, from a number on": {
    async run(trial) {
      const { ann, store } = trial;
      await trial.open();
      const early = await trial.fill(1, 150, { ch: trial.name("hall") });
      const late = await trial.fill(151, 1100);
      const places = [...early, ...late];
      alike(await store.sent({ client: ann, from: 1099 }), places.slice(1098), "the last two");
      alike(await store.sent({ client: ann, from: 101 }), places.slice(100), "the last thousand");
      alike(await store.sent({ client: ann, from: 1101 }), [], "what is not sent yet");
      alike(kinds(await trial.append(ann, [trial.draft(ann, 1)])), ["duplicate"], "the first one again");
      alike(await store.sent({ client: trial.name("stranger"), from: 0 }), [], "what a stranger sent");
    }
  },
  "stores once what comes many times at once": {
    async run(trial) {
      const { ann } = trial;
      await trial.open();
      const batches = range(0, 9).map((at) => range(1, 20 + at).map((seq) => trial.draft(ann, seq)));
      const told = await Promise.all(batches.map((batch) => trial.append(ann, batch)));
      const { entries } = await trial.read();
      alike(offsets(entries), range(1, 29), "the offsets");
      alike(
        entries.map(({ id }) => id),
        range(1, 29).map((seq) => `${ann}:${seq}`),
        "the messages"
      );
      const first = told.flatMap(fatesOf).filter(({ is }) => is === "stored");
      alike(first.length, 29, "how many were called stored");
    }
  },
  "gives each message of many clients a place of its own, each client\u2019s in order": {
    async run(trial) {
      const clients = range(1, 20).map((n) => trial.name(`c${n}`));
      await Promise.all(clients.map((client) => trial.open(client)));
      const places = (await Promise.all(clients.map((client) => trial.fill(1, 10, {}, client)))).flat();
      alike(
        places.map(({ offset }) => offset).sort((a, b) => a - b),
        range(1, 200),
        "the places told"
      );
      const { entries } = await trial.read();
      alike(offsets(entries), range(1, 200), "the places in the log");
      for (const client of clients)
        alike(
          entries.filter(({ id }) => id.startsWith(`${client}:`)).map(({ body }) => body),
          range(1, 10).map(String),
          `the messages of ${client}`
        );
    }
  }
};

const odd = (tag) => [
  ...[
    "__proto__",
    "constructor",
    "toString",
    "",
    " ",
    "*",
    "?",
    "[a]",
    ":",
    "a:b",
    "a:b:c",
    "{a}",
    "%",
    "_",
    "/",
    ".."
  ],
  ...[
    '"',
    "'",
    "\\",
    "`",
    "\n",
    "\0",
    "\0a",
    "\u043A\u043B\u044E\u0447 \u2603 \u{1F600}",
    "\xE9",
    "e\u0301",
    "A",
    "a",
    ";--",
    "$1",
    "#",
    "\uFEFF",
    "\u{10000}",
    "\uFFFF"
  ],
  "x".repeat(255 - tag.length),
  "\u2603".repeat(255 - tag.length)
];
const namesOf = ({ tag }) => [...odd(tag).map((name) => `${tag}${name}`), "__proto__", "constructor"];
const nameRules = {
  "takes any channel name for what it is": {
    async run(trial) {
      const { ann } = trial;
      await trial.open();
      const names = namesOf(trial).slice(0, -2);
      for (const [at, ch] of names.entries()) await trial.fill(at + 1, at + 1, { ch });
      for (const ch of names) await trial.keep(ann, ch, [1, 1]);
      for (const [at, ch] of names.entries()) {
        const { next, entries } = await trial.read(ch);
        alike([next, entries.map(({ id }) => id)], [2, [`${ann}:${at + 1}`]], `the log ${JSON.stringify(ch)}`);
        alike(await trial.names(ch), [ann], `the members of ${JSON.stringify(ch)}`);
        alike((await trial.cursor(ann, ch))?.offset, 1, `the cursor in ${JSON.stringify(ch)}`);
      }
      const sent = await trial.store.sent({ client: ann, from: 1 });
      alike(
        sent.map(({ ch }) => ch),
        names,
        "where all went"
      );
    }
  },
  "takes any name of a client or a user for what it is": {
    async run(trial) {
      const names = namesOf(trial);
      for (const name of names) {
        await trial.open(name, name, `key ${name}`);
        await trial.fill(1, 1, { from: name, ch: trial.room }, name);
        await trial.keep(name, trial.room, [1, 0]);
      }
      for (const name of names) {
        alike(await trial.open(name, name, "key"), { is: "taken" }, `another key for ${JSON.stringify(name)}`);
        const known = { is: "open", seq: 1, known: true };
        alike(await trial.open(name, name, `key ${name}`), known, `the key of ${JSON.stringify(name)}`);
      }
      const members = await trial.members();
      alike(
        members.map(({ client, user }) => [client, user]),
        [...names].sort().map((name) => [name, name]),
        "the members"
      );
      const { entries } = await trial.read();
      alike(
        entries.map(({ id, from }) => [id, from]),
        names.map((name) => [`${name}:1`, name]),
        "the log"
      );
      for (const client of names) await trial.store.forget({ client, below: Infinity });
      alike(await trial.names(), [], "the members when all have left");
    }
  },
  "does not take one pair of names for another": {
    async run(trial) {
      const { tag } = trial;
      const pairs = [
        ["a", "b:c"],
        ["a:b", "c"],
        ["a", "b\0c"],
        ["a\0b", "c"],
        ["a", "bc"],
        ["ab", "c"],
        ["a b", "c"],
        ["a", "b c"]
      ].map(([client = "", ch = ""]) => [`${tag}${client}`, `${ch}${tag}`]);
      for (const [client] of pairs) await trial.open(client);
      for (const [at, [client, ch]] of pairs.entries()) await trial.keep(client, ch, [1, at]);
      for (const [at, [client, ch]] of pairs.entries())
        alike((await trial.cursor(client, ch))?.offset, at, `the cursor of ${JSON.stringify([client, ch])}`);
    }
  }
};

const nodeRules = {
  "is one store at all nodes": {
    needs: ["nodes"],
    async run(trial) {
      const { ann, room } = trial;
      const other = await trial.another();
      await trial.open();
      const open = { client: ann, user: "", acked: 0 };
      alike(await other.open({ ...open, key: "another" }), { is: "taken" }, "another key, at another node");
      for (const seq of range(1, 10)) {
        await trial.append(ann, [trial.draft(ann, seq)], seq % 2 ? trial.store : other);
        const one = seq % 2 ? other : trial.store;
        alike((await trial.read(room, 0, 0, 0, one)).next, seq + 1, "the end of the log at the other node");
      }
      const cursor = await trial.keep(ann, room, [1, 3]);
      alike(await other.cursor({ client: ann, ch: room }), cursor, "a cursor, at another node");
      alike((await trial.members(room, other)).length, 1, "members, at another node");
      await other.forget({ client: ann, below: Infinity });
      alike(await trial.names(), [], "the members when it has left, at the other node");
    }
  },
  "stores once what one client sends to several nodes at once": {
    needs: ["nodes"],
    async run(trial) {
      const { ann } = trial;
      const stores = [trial.store, await trial.another(), await trial.another()];
      await trial.open();
      for (const round of range(0, 19)) {
        const first = round * 5 + 1;
        const ask = (store) => trial.append(
          ann,
          range(first, first + 4).map((seq) => trial.draft(ann, seq)),
          store
        );
        const told = await Promise.all(stores.map(ask));
        const places = told.map(
          (appended) => fatesOf(appended).map((fate) => "place" in fate ? fate.place.offset : fate.is)
        );
        for (const one of places) alike(one, range(first, first + 4), "the places told");
        alike(told.flatMap(fatesOf).filter(({ is }) => is === "stored").length, 5, "how many were called stored");
      }
      alike(offsets((await trial.read()).entries), range(1, 100), "the log");
    }
  },
  "tells at one node of what changes at another": {
    needs: ["nodes"],
    async run(trial) {
      const { ann, room } = trial;
      const other = await trial.another();
      const ear = await trial.hear(room, other);
      await trial.open();
      await trial.fill(1, 3);
      await ear.until((change) => change.is === "grown" && change.next === 4);
      const cursor = await trial.keep(ann, room, [1, 2]);
      await trial.see(ann, "online", 9e3);
      await ear.until((change) => change.is === "member" && change.member.presence === "online");
      const member = { client: ann, user: "", presence: "online", seenAt: 9e3, cursor };
      alike(ear.heard.at(-1), { is: "member", ch: room, member }, "a member");
      await trial.store.leave({ client: ann, ch: room });
      await ear.until((change) => change.is === "left" && change.client === ann);
      ear.stop();
    }
  },
  "passes notes to the node they are for, as they are, at other nodes and at its own": {
    needs: ["nodes", "notes"],
    async run(trial) {
      const other = await trial.another();
      const heard = [];
      let check = () => void 0;
      const until = (count) => within(
        new Promise((resolve) => {
          check = () => {
            if (heard.length >= count) resolve();
          };
          check();
        }),
        () => `${heard.length} of ${count} notes came`
      );
      const node = trial.name("node \u2603:*");
      const stop = other.listen?.(node, (note) => {
        heard.push(note);
        check();
      });
      const knock = async () => {
        while (!heard.length) {
          await trial.store.notify?.({ node, note: "knock" });
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      await within(knock(), () => "no note came");
      heard.length = 0;
      const notes = ["", "one", "\u2603 \u{1F600} \0", JSON.stringify("x".repeat(22e5))];
      await trial.store.notify?.({ node: trial.name("nobody"), note: "lost" });
      for (const note of notes) await trial.store.notify?.({ node, note });
      await other.notify?.({ node, note: "its own" });
      await until(heard.filter((note) => note === "knock").length + 5);
      const came = heard.filter((note) => note !== "knock");
      alike(came.sort(), [...notes, "its own"].sort(), "the notes");
      stop?.();
      heard.length = 0;
      await other.notify?.({ node, note: "late" });
      alike(heard, [], "notes to one who has stopped");
    }
  }
};

const rules = {
  ...clientRules,
  ...messageRules,
  ...logRules,
  ...nameRules,
  ...cursorRules,
  ...memberRules,
  ...inboxRules,
  ...nodeRules
};
function storeCases(open, features) {
  return Object.entries(rules).map(([name, { needs = [], limits, run }]) => {
    const wanted = limits ? [...needs, "limits"] : needs;
    return {
      name,
      lacks: wanted.filter((feature) => !features[feature]),
      async run() {
        const stand = await open(limits ?? {});
        try {
          await run(new Trial(stand, createEnv().id().slice(0, 12)));
        } finally {
          await stand.close();
        }
      }
    };
  });
}

export { storeCases, transportCases };
//# sourceMappingURL=testing.js.map
