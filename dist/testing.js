import { c as createClock } from './shared/env.js';

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
  return Object.entries(rules).map(([name, rule]) => ({
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
const rules = {
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
    same(plain(link), ["opened", "before", { code: 4321, reason: "because \u2603", clean: true }]);
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
const plain = ({ news }) => news.map(
  (one) => typeof one === "object" && "code" in one ? { code: one.code, reason: one.reason, clean: one.clean } : one
);
const codes = ({ news }) => news.map((one) => typeof one === "object" && "code" in one ? one.code : one);

export { transportCases };
//# sourceMappingURL=testing.js.map
