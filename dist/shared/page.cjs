'use strict';

var run = require('./run.cjs');

function backoff({ base, cap, factor, floor }, failures, random) {
  if (failures < 1) return floor;
  return Math.max(floor, random * Math.min(cap, base * factor ** (failures - 1) || 0));
}

const LATE = 2e3;
function probe({ heardAt, asked }, now, patience) {
  return { heardAt, asked: { ...!asked && { at: now }, due: now + patience, left: 0 } };
}
function pulseDeadline({ asked, heardAt }, { interval }) {
  return asked ? asked.due : heardAt + interval;
}
function beat(pulse, options, patience, now) {
  if (now < pulseDeadline(pulse, options)) return { is: "calm" };
  const { asked, heardAt } = pulse;
  const due = now + patience;
  if (!asked) return { is: "ask", pulse: { heardAt, asked: { at: now, due, left: options.retries } } };
  if (now - asked.due > LATE && !asked.excused)
    return { is: "ask", pulse: { heardAt, asked: { due, left: 0, excused: true } } };
  if (asked.left) return { is: "ask", pulse: { heardAt, asked: { due, left: asked.left - 1 } } };
  return { is: "dead" };
}

const PROBE = 2e3;
const PAUSE = 3e4;
const MIN_INTERVAL = 100;
const MAX_HOLD = 36e5;
class Link {
  state = { is: "idle" };
  #options;
  #links = 0;
  #online = true;
  constructor(options) {
    this.#options = options;
  }
  get deadline() {
    const { state } = this;
    if (state.is === "up") return pulseDeadline(state.pulse, this.#rhythm(state.interval));
    return "until" in state ? state.until : Infinity;
  }
  handle(input, now) {
    switch (input.on) {
      case "connect":
        return this.state.is === "idle" || this.state.is === "closed" ? this.#dial(0, now) : [];
      case "opened":
      case "welcomed":
      case "heard":
      case "ended":
        return "link" in this.state && this.state.link === input.link ? this.#news(input, now) : [];
      case "tick":
        return this.#tick(now);
      case "online":
      case "wake":
        if (input.on === "online") this.#online = true;
        return this.#wake(now);
      case "offline":
        this.#online = false;
        return this.#offline(now);
      case "suspend":
        return this.#suspend();
      case "reconnect":
        return [...this.#drop({ code: input.code, reason: input.reason }), ...this.#dial(0, now)];
      case "close":
        return this.#close({ code: input.code, reason: input.reason }, now);
      default:
        return run.assertNever(input);
    }
  }
  /** Asks the link whether it lives; no answer within 2 s ends it. */
  probe(now) {
    const { state } = this;
    if (state.is !== "up" || state.interval === Infinity) return [];
    const { asked } = state.pulse;
    if (asked && !asked.left && asked.due <= now + PROBE) return [];
    this.state = { ...state, pulse: probe(state.pulse, now, PROBE) };
    return [{ do: "ping", link: state.link }];
  }
  #news(input, now) {
    const { state } = this;
    const { heartbeat, greets, connectTimeout, rtt } = this.#options;
    switch (input.on) {
      case "opened":
        if (state.is !== "dialing") return [];
        if (greets) this.state = { ...state, is: "greeting", until: now + connectTimeout };
        else this.#up(state, heartbeat.interval, now);
        return [];
      case "welcomed":
        if (state.is === "greeting")
          this.#up(state, Math.min(heartbeat.interval, Math.max(MIN_INTERVAL, input.idle / 2)), now);
        return [];
      case "heard":
        if (state.is !== "up") return [];
        if (input.pong && state.pulse.asked?.at !== void 0) rtt.sample(now - state.pulse.asked.at);
        this.state = { ...state, pulse: { heardAt: now } };
        return [];
      case "ended":
        return state.is === "closing" ? this.#end(input.closing) : this.#lose(input.closing, now);
      default:
        return run.assertNever(input);
    }
  }
  #tick(now) {
    const { state } = this;
    if (now < this.deadline) return [];
    switch (state.is) {
      case "waiting":
      case "paused":
        return this.#dial(state.failures, now);
      case "dialing":
      case "greeting":
        return this.#give({ code: run.Close.timeout, reason: "no answer within the connect timeout" }, now);
      case "up":
        return this.#beat(state, now);
      case "closing":
        return [...this.#drop(state.closing), ...this.#end({ ...state.closing, code: run.Close.abnormal, clean: false })];
      default:
        return [];
    }
  }
  #beat(state, now) {
    const options = this.#rhythm(state.interval);
    const next = beat(state.pulse, options, this.#patience(), now);
    if (next.is === "dead") return this.#give({ code: run.Close.timeout, reason: "no answer to the heartbeat" }, now);
    if (next.is === "calm") return [];
    this.state = { ...state, pulse: next.pulse };
    return [{ do: "ping", link: state.link }];
  }
  /** Ask a link, dial where there is none: neither trust nor kill. */
  #wake(now) {
    const { state } = this;
    if (state.is !== "paused" && state.is !== "waiting") return this.probe(now);
    if (now >= state.hold) return this.#dial(state.failures, now);
    this.state = { ...state, is: "waiting", until: state.hold };
    return [];
  }
  #offline(now) {
    const { state } = this;
    if (state.is === "waiting") this.state = { ...state, is: "paused", until: Math.max(state.until, now + PAUSE) };
    return this.probe(now);
  }
  #suspend() {
    const { state } = this;
    if (state.is === "idle" || state.is === "closing" || state.is === "closed") return [];
    const outputs = this.#drop({ code: run.Close.goingAway, reason: "the page is put away" });
    this.state = { is: "paused", failures: 0, until: Infinity, hold: "hold" in state ? state.hold : 0 };
    return outputs;
  }
  #close(closing, now) {
    const { state } = this;
    const { closeTimeout } = this.#options;
    if (state.is === "closing" || state.is === "closed") return [];
    if (!("link" in state) || !closeTimeout) return [...this.#drop(closing), ...this.#end({ ...closing, clean: true })];
    this.state = { is: "closing", link: state.link, until: now + closeTimeout, closing };
    return [{ do: "hangup", link: state.link, code: closing.code, reason: closing.reason }];
  }
  #up(from, interval, now) {
    const { link, failures } = from;
    this.state = { is: "up", link, failures, since: now, pulse: { heardAt: now }, interval };
  }
  #dial(failures, now) {
    this.state = { is: "dialing", link: ++this.#links, failures, until: now + this.#options.connectTimeout };
    return [{ do: "open", link: this.#links }];
  }
  #drop(closing) {
    return "link" in this.state ? [{ do: "drop", link: this.state.link, closing }] : [];
  }
  /** We end it: the close event of a dead link may be 60 s away, so nobody waits for it. */
  #give(closing, now) {
    return [...this.#drop(closing), ...this.#lose(closing, now)];
  }
  #lose(closing, now) {
    const { state } = this;
    const { isFatal, maxRetries, stableAfter, random } = this.#options;
    const stable = state.is === "up" && now - state.since >= stableAfter;
    const failures = stable || !("failures" in state) ? 0 : state.failures + Number(this.#online);
    if (isFatal(closing) || failures > maxRetries) return this.#end(closing);
    const delay = Math.min(closing.retryAfter ?? backoff(this.#options.backoff, failures, random()), MAX_HOLD);
    const hold = closing.retryAfter === void 0 ? 0 : now + delay;
    if (!this.#online) {
      this.state = { is: "paused", failures, until: now + Math.max(PAUSE, delay), hold };
      return [{ do: "retry", attempt: failures, delay: Infinity, closing }];
    }
    const retry = { do: "retry", attempt: failures, delay, closing };
    if (!delay) return [retry, ...this.#dial(failures, now)];
    this.state = { is: "waiting", failures, until: now + delay, hold };
    return [retry];
  }
  #end(closing) {
    this.state = { is: "closed", closing };
    return [{ do: "ended", closing }];
  }
  #rhythm(interval) {
    return { ...this.#options.heartbeat, interval };
  }
  /** One ping's share of the timeout, shortened where round trips are known to be quick. */
  #patience() {
    const { heartbeat, rtt } = this.#options;
    const share = heartbeat.timeout / (heartbeat.retries + 1);
    return rtt.srtt === void 0 ? share : Math.min(share, Math.max(1e3, 4 * rtt.rto));
  }
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

const signals = {
  online: "online",
  offline: "offline",
  pagehide: "suspend",
  pageshow: "wake",
  resume: "wake",
  visibilitychange: "wake",
  change: "wake"
};
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

exports.Link = Link;
exports.Rtt = Rtt;
exports.listen = listen;
//# sourceMappingURL=page.cjs.map
