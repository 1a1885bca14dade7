import { O as OptionError, a as isObject, i as isNumber, C as Close } from './run.js';

const number = (fallback, least = 0) => [
  fallback,
  `number from ${least}`,
  (value) => typeof value === "number" && value >= least
];
const count = (fallback) => [fallback, "whole number", isNumber];
const isObjectOrFalse = (value) => value === false || isObject(value);
const objectOrFalse = [void 0, "object or false", isObjectOrFalse];
const group = (name, rules, fallback) => [
  fallback,
  "object",
  (value) => fill(name, rules, value)
];
function need(holds, text) {
  if (!holds) throw new OptionError("bad-option", text);
}
function fill(name, rules, given) {
  need(isObject(given), `${name} takes: object`);
  const filled = {};
  for (const key in { ...rules, ...given }) {
    need(Object.hasOwn(rules, key), `${name}.${key} is no option`);
    const [fallback, takes = typeof fallback, test = (value2) => typeof value2 === takes && value2 !== null] = rules[key];
    const { [key]: value = fallback } = given;
    const taken = value === void 0 || test(value);
    need(taken, `${name}.${key} takes: ${takes}`);
    filled[key] = isObject(taken) ? taken : value;
  }
  return filled;
}

const GRANULARITY = 10;
const MIN_RTO = 300;
const MAX_RTO = 1e4;
const INITIAL_RTO = 1e3;
class Rtt {
  /** Smoothed; undefined before the first sample. */
  srtt;
  #var = 0;
  /** Never feed it the answer to something sent twice: which one was answered? (Karn) */
  sample(ms) {
    if (this.srtt === void 0) {
      this.srtt = ms;
      this.#var = ms / 2;
    } else {
      this.#var += (Math.abs(this.srtt - ms) - this.#var) / 4;
      this.srtt += (ms - this.srtt) / 8;
    }
  }
  /** How long an answer may take before something is wrong. */
  get rto() {
    if (this.srtt === void 0) return INITIAL_RTO;
    return Math.min(MAX_RTO, Math.max(MIN_RTO, this.srtt + Math.max(GRANULARITY, 4 * this.#var)));
  }
}

function backoff({ base, cap, factor, floor }, failures, random) {
  if (failures < 1) return floor;
  return Math.max(floor, random * Math.min(cap, base * factor ** (failures - 1) || 0));
}

const LATE = 2e3;
function probe(asked, now) {
  return { at: asked ? void 0 : now, left: 0 };
}
function beat(asked, retries, due, now) {
  if (!asked) return { at: now, left: retries };
  if (now - due > LATE && !asked.excused) return { left: 0, excused: true };
  return asked.left ? { left: asked.left - 1 } : void 0;
}

const PROBE = 2e3;
const PAUSE = 3e4;
const MIN_INTERVAL = 100;
const MAX_HOLD = 36e5;
class Link {
  state = { is: "idle" };
  /** So far. The newest one's number. */
  dials = 0;
  #options;
  #outputs = [];
  #online = true;
  constructor(options) {
    this.#options = options;
  }
  get deadline() {
    const { state } = this;
    return "until" in state ? state.until : Infinity;
  }
  handle(input, now) {
    this.#outputs = [];
    this.#take(input, now);
    return this.#outputs;
  }
  /** Something is overdue: asks the link whether it lives; silence for as long as an answer may take ends it. */
  probe(now) {
    this.#outputs = [];
    this.#probe(now);
    return this.#outputs;
  }
  /** What an answer may take, ms. */
  get patience() {
    const { heartbeat, rtt } = this.#options;
    return Math.max(PROBE, Math.min(rtt.rto, heartbeat.timeout)) + this.#extra;
  }
  /** The state of a link that can be asked whether it lives: without a heartbeat there is no way. */
  get askable() {
    const { state } = this;
    return state.is === "up" && state.interval < Infinity ? state : void 0;
  }
  get #extra() {
    return this.#options.extra?.() ?? 0;
  }
  #take(input, now) {
    const { state } = this;
    switch (input.on) {
      case "connect":
        if (state.is === "idle" || state.is === "closed") this.#dial(0, now);
        break;
      case "tick":
        if (now >= this.deadline) this.#expire(now);
        break;
      case "wake":
        this.#wake(now);
        break;
      case "online":
      case "offline":
        this.#online = input.on === "online";
        if (this.#online) this.#wake(now);
        else this.#rest(now);
        break;
      case "suspend":
        this.#suspend();
        break;
      case "reconnect":
        this.#drop({ code: input.code, reason: input.reason });
        this.#dial(0, now);
        break;
      case "close":
        this.#close({ code: input.code, reason: input.reason }, now);
        break;
      default:
        if ("link" in state && state.link === input.link) this.#hear(input, now);
    }
  }
  #hear(input, now) {
    const { state } = this;
    const { heartbeat, greets, connectTimeout, rtt } = this.#options;
    switch (input.on) {
      case "opened":
        if (state.is !== "dialing" && state.is !== "greeting") break;
        if (greets) this.state = { ...state, is: "greeting", until: now + connectTimeout };
        else this.#up(state, heartbeat.interval, now);
        break;
      case "welcomed":
        if (state.is === "greeting")
          this.#up(state, Math.min(heartbeat.interval, Math.max(MIN_INTERVAL, input.idle / 2)), now);
        break;
      case "heard":
        if (state.is !== "up") break;
        if (input.pong && state.asked?.at !== void 0) rtt.sample(now - state.asked.at);
        this.state = { ...state, asked: void 0, until: now + state.interval };
        break;
      case "waits":
        if (state.is === "greeting")
          this.state = { ...state, until: now + Math.min(input.after, MAX_HOLD) + connectTimeout };
        break;
      case "ended":
        if (state.is === "closing") this.#end(input.closing);
        else this.#lose(input.closing, now);
        break;
    }
  }
  /** The time of a state is over. */
  #expire(now) {
    const { state } = this;
    if ("hold" in state) this.#dial(state.failures, now);
    else if (state.is === "up") this.#beat(state, now);
    else if (state.is === "closing") {
      this.#drop(state.closing);
      this.#end({ ...state.closing, code: Close.abnormal, clean: false });
    } else this.#give("no answer within the connect timeout", now);
  }
  #beat(state, now) {
    const { heartbeat, rtt } = this.#options;
    const { retries } = heartbeat;
    const asked = beat(state.asked, retries, state.until, now);
    const share = heartbeat.timeout / (retries + 1);
    const patience = rtt.srtt === void 0 ? share : Math.min(share, Math.max(1e3, 4 * rtt.rto));
    if (asked) this.#ask(state, asked, now + patience + this.#extra);
    else this.#give("no answer to the heartbeat", now);
  }
  #probe(now) {
    const state = this.askable;
    if (!state) return;
    const { asked, until } = state;
    const due = now + this.patience;
    if (!asked || asked.left || until > due) this.#ask(state, probe(asked, now), due);
  }
  #ask(state, asked, until) {
    this.state = { ...state, asked, until };
    this.#outputs.push({ do: "ping", link: state.link });
  }
  /** Ask a link, dial where there is none: neither trust nor kill. */
  #wake(now) {
    const { state } = this;
    if (!("hold" in state)) this.#probe(now);
    else if (now >= state.hold) this.#dial(state.failures, now);
    else this.state = { ...state, is: "waiting", until: state.hold };
  }
  /** There is no network, they say. */
  #rest(now) {
    const { state } = this;
    if (state.is === "waiting") this.state = { ...state, is: "paused", until: Math.max(state.until, now + PAUSE) };
    this.#probe(now);
  }
  #suspend() {
    const { state } = this;
    if (!("failures" in state)) return;
    this.#drop({ code: Close.goingAway, reason: "the page is put away" });
    this.state = { is: "paused", failures: 0, until: Infinity, hold: "hold" in state ? state.hold : 0 };
  }
  #close(closing, now) {
    const { state } = this;
    const { closeTimeout } = this.#options;
    if ("closing" in state) return;
    if ("link" in state && closeTimeout) {
      const { link } = state;
      this.state = { is: "closing", link, until: now + closeTimeout, closing };
      this.#outputs.push({ do: "hangup", link, ...closing });
    } else {
      this.#drop(closing);
      this.#end({ ...closing, clean: true });
    }
  }
  #up({ link, failures }, interval, now) {
    this.#online = true;
    this.state = { is: "up", link, failures, since: now, interval, until: now + interval };
  }
  #dial(failures, now) {
    const link = ++this.dials;
    this.state = { is: "dialing", link, failures, until: now + this.#options.connectTimeout };
    this.#outputs.push({ do: "open", link });
  }
  #drop(closing) {
    const { state } = this;
    if ("link" in state) this.#outputs.push({ do: "drop", link: state.link, closing });
  }
  /** We end it: the close event of a dead link may be 60 s away, so nobody waits for it. */
  #give(reason, now) {
    const closing = { code: Close.timeout, reason };
    this.#drop(closing);
    this.#lose(closing, now);
  }
  #lose(closing, now) {
    const { state } = this;
    const { isFatal, maxRetries, stableAfter, random, backoff: spacing } = this.#options;
    const { retryAfter } = closing;
    const online = this.#online;
    const stable = state.is === "up" && now - state.since >= stableAfter;
    const failures = stable || !("failures" in state) ? 0 : state.failures + Number(online);
    if (isFatal(closing) || failures > maxRetries) {
      this.#end(closing);
      return;
    }
    const delay = Math.min(retryAfter ?? backoff(spacing, failures, random()), MAX_HOLD);
    const until = now + delay;
    this.#outputs.push({ do: "retry", attempt: failures, delay: online ? delay : Infinity, closing });
    this.state = { is: "waiting", failures, until, hold: retryAfter === void 0 ? 0 : until };
    if (!online) this.#rest(now);
    else if (!delay) this.#dial(failures, now);
  }
  #end(closing) {
    this.state = { is: "closed", closing };
    this.#outputs.push({ do: "ended", closing });
  }
}

const signals = {
  online: "online",
  offline: "offline",
  pagehide: "suspend",
  pageshow: "wake",
  resume: "wake",
  visibilitychange: "wake",
  change: "wake"
};
function look(page, on) {
  const control = new AbortController();
  const tell = () => {
    on(page.document?.visibilityState === "hidden");
  };
  page.addEventListener?.("visibilitychange", tell, { capture: true, signal: control.signal });
  tell();
  return () => {
    control.abort();
  };
}
function listen(page, on) {
  const control = new AbortController();
  const { navigator } = page;
  for (const [type, signal] of Object.entries(signals)) {
    const hear = (event) => {
      const hidden = type === "visibilitychange" && page.document?.visibilityState === "hidden";
      if (!hidden && !(type === "pageshow" && !event.persisted)) on(signal, type);
    };
    const target = type === "change" ? navigator?.connection : page;
    target?.addEventListener?.(type, hear, { capture: true, signal: control.signal });
  }
  if (navigator?.onLine !== void 0) on(navigator.onLine ? "online" : "offline", "onLine");
  return () => {
    control.abort();
  };
}

export { Link as L, MAX_HOLD as M, Rtt as R, number as a, look as b, count as c, fill as f, group as g, isObjectOrFalse as i, listen as l, need as n, objectOrFalse as o };
//# sourceMappingURL=page.js.map
