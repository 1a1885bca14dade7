import { M as MessageError, F as FrameError } from './run.js';

const PROTOCOL_VERSION = 1;
const SUBPROTOCOL = "holdfast.1";

function assertNever(value) {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}

const suspicious = /__proto__|\\u00/i;
function parse(text) {
  return JSON.parse(text, suspicious.test(text) ? refuseProto : void 0);
}
function refuseProto(key, value) {
  if (key === "__proto__") throw new SyntaxError("__proto__ is not allowed as a key");
  return value;
}
function pack(body) {
  const view = body instanceof ArrayBuffer ? new Uint8Array(body) : body;
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  try {
    const text = JSON.stringify(body);
    if (typeof text !== "string") throw new TypeError(`${typeof body} has no JSON form`);
    if (suspicious.test(text)) parse(text);
    return text;
  } catch (cause) {
    throw new MessageError("not-encodable", `send() takes JSON values and binary: ${String(cause)}`, { cause });
  }
}
function unpack(packed) {
  return typeof packed === "string" ? JSON.parse(packed) : packed;
}
function sizeOf(packed) {
  return typeof packed === "string" ? new TextEncoder().encode(packed).length : packed.length;
}

const entry = { offset: "n", id: "s", from: "s", time: "n", body: "j" };
const clientShapes = {
  hello: { v: "n", client: "c", key: "c", acked: "n", ticket: "s?" },
  send: { seq: "n", after: "n?", ch: "c", body: "j" },
  sub: { ch: "c", from: "f", epoch: "s?", id: "n?" },
  unsub: { ch: "c", id: "n?" },
  history: { id: "n", ch: "c", from: "n", limit: "n" },
  received: { ch: "c", offset: "n", id: "n?" },
  ping: { id: "n", got: "n?", heads: "o?" },
  pong: { id: "n", got: "n?", heads: "o?" },
  bye: {}
};
const serverShapes = {
  welcome: { v: "n", ticket: "s", resumed: "b", got: "n", idle: "n", max: "n", window: "n", user: "s?" },
  accepted: { seq: "n", only: "b?" },
  refused: { seq: "n", code: "s", reason: "s" },
  subscribed: { ch: "c", epoch: "s", next: "n", lost: "r?", id: "n?" },
  denied: { ch: "c", id: "n?", code: "s", reason: "s" },
  message: { ch: "c", offset: "n?", id: "s?", from: "s?", time: "n?", body: "j" },
  page: { id: "n", ch: "c", epoch: "s", oldest: "n", next: "n", entries: "e" },
  ping: { id: "n", got: "n?", heads: "o?" },
  pong: { id: "n", got: "n?", heads: "o?" },
  retry: { after: "n", spread: "n" },
  error: { code: "s", reason: "s" }
};
const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value, max) => typeof value === "string" && value.length <= max;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const checks = {
  n: isNumber,
  s: (value) => isText(value, 4096),
  c: (value) => isText(value, 255) && value !== "",
  b: (value) => typeof value === "boolean",
  j: (value) => value !== void 0,
  o: (value) => isObject(value) && Object.values(value).every(isNumber),
  f: (value) => value === "now" || value === "oldest" || value === "last" || isNumber(value),
  r: (value) => Array.isArray(value) && value.length === 2 && value.every(isNumber),
  e: (value) => Array.isArray(value) && value.every((one) => isObject(one) && wrongField(one, entry) === void 0)
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

function toPiece(frame) {
  const { body, ...head } = frame;
  if (typeof body === "object") return { text: JSON.stringify({ ...head, bin: body.length }), blobs: [body] };
  const text = JSON.stringify(head);
  return { text: body === void 0 ? text : `${text.slice(0, -1)},"body":${body}}`, blobs: [] };
}
function join(pieces) {
  const text = `[${pieces.map((piece) => piece.text).join()}]`;
  const blobs = pieces.flatMap((piece) => piece.blobs);
  if (!blobs.length) return text;
  const head = new TextEncoder().encode(text);
  const parts = [head, ...blobs];
  const packet = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 4));
  new DataView(packet.buffer).setUint32(0, head.length);
  let at = 4;
  for (const part of parts) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}
const encodeWith = (piece) => (frames, max = Infinity) => {
  const packets = [];
  let room = 0;
  for (const next of frames.map(piece)) {
    const cost = next.blobs.reduce((sum, { length }) => sum + length, next.text.length * 3);
    if (cost > room) {
      packets.push([]);
      room = max;
    }
    packets.at(-1)?.push(next);
    room -= cost;
  }
  return packets.map(join);
};
function decodeWith(shapes) {
  return (packet) => {
    try {
      const bytes = typeof packet === "string" ? void 0 : packet;
      let at = bytes ? 4 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0) : 0;
      const text = bytes ? new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, at)) : packet;
      const frames = parse(text);
      if (!Array.isArray(frames)) throw new TypeError("a packet is a list of frames");
      for (const frame of frames) {
        const holders = bytes ? frame.entries ?? [frame] : [];
        for (const holder of holders) {
          if (isNumber(holder.bin)) holder.body = bytes && new Uint8Array(bytes.subarray(at, at += holder.bin));
        }
        const wrong = flaw(frame, shapes);
        if (wrong) throw new TypeError(wrong);
      }
      if (bytes && at !== bytes.length) throw new RangeError("more or fewer bytes than promised");
      return frames;
    } catch (cause) {
      throw new FrameError("bad-frame", `not a Holdfast packet: ${String(cause).slice(0, 160)}`, { cause });
    }
  };
}
const clientCodec = {
  greets: true,
  protocols: [SUBPROTOCOL],
  encode: encodeWith(toPiece),
  decode: decodeWith(serverShapes)
};
const known = /* @__PURE__ */ new WeakMap();
function toSharedPiece(frame) {
  const piece = known.get(frame) ?? (frame.t === "page" ? pageToPiece(frame) : toPiece(frame));
  known.set(frame, piece);
  return piece;
}
function pageToPiece({ entries, ...head }) {
  const pieces = entries.map(toPiece);
  const list = pieces.map(({ text: text2 }) => text2).join();
  const { text } = toPiece(head);
  return { text: `${text.slice(0, -1)},"entries":[${list}]}`, blobs: pieces.flatMap(({ blobs }) => blobs) };
}
const serverCodec = {
  greets: false,
  protocols: [SUBPROTOCOL],
  encode: encodeWith(toSharedPiece),
  decode: decodeWith(clientShapes)
};

export { PROTOCOL_VERSION as P, SUBPROTOCOL as S, assertNever as a, serverShapes as b, clientCodec as c, serverCodec as d, flaw as f, pack as p, sizeOf as s, unpack as u };
//# sourceMappingURL=codec.js.map
