'use strict';

function guard(act, value) {
  try {
    act(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

class HoldfastError extends Error {
  name = "HoldfastError";
  code;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}
class FrameError extends HoldfastError {
  name = "FrameError";
}
class MessageError extends HoldfastError {
  name = "MessageError";
}
class OptionError extends HoldfastError {
  name = "OptionError";
}
class ConnectionError extends HoldfastError {
  name = "ConnectionError";
}

const entry = { offset: "n", id: "s", from: "s", time: "n", body: "j" };
const recipient = { client: "c", user: "s", time: "n" };
const receipt = { seq: "n", to: "n", count: "n", of: "n", by: "w?", gone: "b?" };
const seat = { ...recipient, presence: "a" };
const clientShapes = {
  hello: { v: "n", client: "c", key: "c", acked: "n", ticket: "s?" },
  send: { seq: "n", after: "n?", ch: "c", body: "j" },
  sub: { ch: "c", from: "f", epoch: "s?", since: "n?", id: "n?" },
  unsub: { ch: "c", id: "n?" },
  history: { id: "n", ch: "c", from: "n", limit: "n" },
  received: { ch: "c", offset: "n", id: "n?", epoch: "s?" },
  track: { from: "n" },
  watch: { ch: "c" },
  unwatch: { ch: "c" },
  seen: { away: "b" },
  ping: { id: "n", got: "n?", heads: "o?", news: "n?" },
  pong: { id: "n", got: "n?", heads: "o?", news: "n?" },
  bye: { acked: "n?" }
};
const serverShapes = {
  welcome: {
    v: "n",
    ticket: "s",
    resumed: "b",
    got: "n",
    idle: "n",
    max: "n",
    window: "n",
    user: "s?",
    receipts: "b?",
    time: "n?"
  },
  accepted: { seq: "n", only: "b?", placed: "p?" },
  refused: { seq: "n", code: "s", reason: "s" },
  subscribed: { ch: "c", epoch: "s", next: "n", lost: "r?", id: "n?" },
  unsubscribed: { ch: "c", id: "n" },
  denied: { ch: "c", id: "n?", watch: "b?", code: "s", reason: "s" },
  noted: { ch: "c", offset: "n", id: "n?" },
  delivered: { n: "n", ch: "c", list: "d" },
  present: { n: "n", ch: "c", all: "b?", list: "m", left: "i?" },
  message: { ch: "c", offset: "n?", id: "s?", from: "s?", time: "n?", body: "j" },
  page: { id: "n", ch: "c", epoch: "s", oldest: "n", next: "n", entries: "e" },
  ping: { id: "n", got: "n?", heads: "o?", news: "n?" },
  pong: { id: "n", got: "n?", heads: "o?", news: "n?" },
  retry: { after: "n", spread: "n" },
  wait: { after: "n" },
  large: { bytes: "n" },
  error: { code: "s", reason: "s" }
};
const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value, max) => typeof value === "string" && value.length <= max;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isPair = (value) => Array.isArray(value) && value.length === 2 && value.every(isNumber);
const isPresence = (value) => value === "online" || value === "away" || value === "offline";
const has = (value, fields) => isObject(value) && wrongField(value, fields) === void 0;
const isList = (value, check) => Array.isArray(value) && value.every(check);
const checks = {
  n: isNumber,
  s: (value) => isText(value, 4096),
  c: (value) => isText(value, 255) && value !== "",
  b: (value) => typeof value === "boolean",
  j: (value) => value !== void 0,
  o: (value) => isObject(value) && Object.values(value).every(isNumber),
  f: (value) => value === "now" || value === "oldest" || value === "last" || isNumber(value),
  r: isPair,
  e: (value) => isList(value, (one) => has(one, entry)),
  p: (value) => isList(value, isPair),
  d: (value) => isList(value, (one) => has(one, receipt)),
  w: (value) => has(value, recipient),
  m: (value) => isList(value, (one) => has(one, seat)),
  a: isPresence,
  i: (value) => isList(value, checks.c)
};
function wrongField(frame, fields) {
  return Object.keys(fields).find((name) => {
    const letter = fields[name] ?? "";
    return !(letter[1] && frame[name] === void 0) && !checks[letter[0]](frame[name]);
  });
}
function flaw(frame, shapes) {
  if (!isObject(frame) || typeof frame["t"] !== "string") return "a frame is an object with a string t";
  const type = frame["t"];
  if (!Object.hasOwn(shapes, type)) return `unknown frame type ${type.slice(0, 32)}`;
  const wrong = wrongField(frame, shapes[type] ?? {});
  return wrong && `${type}.${wrong} is missing or of the wrong type`;
}

const Close = {
  normal: 1e3,
  goingAway: 1001,
  abnormal: 1006,
  tooBig: 1009,
  restart: 1012,
  tryLater: 1013,
  badFrame: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  version: 4406,
  timeout: 4408,
  replaced: 4409,
  overloaded: 4429
};
function inWords({ code, reason }) {
  return reason || (code === Close.abnormal ? "the connection was lost" : `closed with code ${code}`);
}
function verdict(code) {
  switch (code) {
    case Close.unauthorized:
      return "renew";
    case Close.forbidden:
    case Close.version:
    case Close.tooBig:
      return "fatal";
    default:
      return "retry";
  }
}

const LATE = 1e3;
const BUSY = 50;
const isHidden = () => globalThis.document?.hidden;
function run(machine, env, perform, listens = false) {
  const queue = [];
  let cancel;
  let armedFor = Infinity;
  let [busy, listening] = [false, false];
  function arm() {
    const { deadline } = machine;
    if (listening && deadline < Infinity) return;
    listening = false;
    const now = env.now();
    const due = Math.max(deadline, now);
    if (due >= armedFor && due < Infinity && now - armedFor < LATE) return;
    cancel?.();
    armedFor = due;
    cancel = due < Infinity ? env.timer(wake, due - now) : void 0;
  }
  function wake() {
    listening = listens && env.now() - armedFor > BUSY && !isHidden();
    if (listening) cancel = env.timer(tick, 0);
    else tick();
  }
  function tick() {
    listening = false;
    armedFor = Infinity;
    feed({ on: "tick" });
  }
  function feed(input) {
    queue.push(input);
    if (busy) return;
    busy = true;
    try {
      for (let next; next = queue.shift(); )
        for (const output of machine.handle(next, env.now())) guard(perform, output);
    } finally {
      busy = false;
      arm();
    }
  }
  return feed;
}

exports.Close = Close;
exports.ConnectionError = ConnectionError;
exports.FrameError = FrameError;
exports.HoldfastError = HoldfastError;
exports.MessageError = MessageError;
exports.OptionError = OptionError;
exports.clientShapes = clientShapes;
exports.flaw = flaw;
exports.guard = guard;
exports.inWords = inWords;
exports.isNumber = isNumber;
exports.isObject = isObject;
exports.run = run;
exports.serverShapes = serverShapes;
exports.verdict = verdict;
//# sourceMappingURL=run.cjs.map
