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

const MAX_TIMER = 2 ** 31 - 1;
function createClock() {
  let last = 0;
  let offset = 0;
  return {
    now() {
      const wall = Date.now() + offset;
      if (wall < last) offset += last - wall;
      return last = Math.max(last, wall);
    },
    timer(callback, ms) {
      const handle = setTimeout(callback, Math.min(ms, MAX_TIMER));
      return () => clearTimeout(handle);
    },
    random: () => Math.random()
  };
}
function createEnv() {
  return {
    ...createClock(),
    id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    defer: (callback) => {
      queueMicrotask(callback);
    }
  };
}

function run(machine, env, perform) {
  const queue = [];
  let busy = false;
  let cancel;
  let armedFor = Infinity;
  function arm() {
    const { deadline } = machine;
    if (deadline >= armedFor && deadline < Infinity) return;
    cancel?.();
    armedFor = deadline;
    cancel = deadline < Infinity ? env.timer(wake, deadline - env.now()) : void 0;
  }
  function wake() {
    armedFor = Infinity;
    cancel = void 0;
    feed({ on: "tick" });
  }
  function feed(input) {
    queue.push(input);
    if (busy) return;
    busy = true;
    try {
      for (let next; next = queue.shift(); ) {
        for (const output of machine.handle(next, env.now())) guard(perform, output);
      }
    } finally {
      busy = false;
      arm();
    }
  }
  return feed;
}

export { Close as C, FrameError as F, HoldfastError as H, MessageError as M, OptionError as O, ConnectionError as a, createEnv as b, createClock as c, guard as g, inWords as i, run as r, verdict as v };
//# sourceMappingURL=run.js.map
