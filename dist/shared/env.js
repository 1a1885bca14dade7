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

export { createEnv as a, createClock as c };
//# sourceMappingURL=env.js.map
