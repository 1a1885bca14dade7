import { M as MessageError, i as isNumber, f as flaw, F as FrameError, s as serverShapes, c as clientShapes } from './run.js';

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
  if (key === "__proto__") throw new SyntaxError("a key is __proto__");
  return value;
}
function pack(body) {
  const view = body instanceof ArrayBuffer ? new Uint8Array(body) : body;
  if (ArrayBuffer.isView(view)) return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  try {
    const text = JSON.stringify(body);
    if (typeof text !== "string") throw new TypeError(`${typeof body} is not JSON`);
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

function toPiece(frame) {
  if (!("body" in frame)) return { text: JSON.stringify(frame), blobs: [] };
  const { body, ...head } = frame;
  if (typeof body === "object") return { text: JSON.stringify({ ...head, bin: body.length }), blobs: [body] };
  return { text: `${JSON.stringify(head).slice(0, -1)},"body":${body}}`, blobs: [] };
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
      if (!Array.isArray(frames)) throw new TypeError("no list of frames");
      for (const frame of frames) {
        const holders = bytes ? frame.entries ?? [frame] : [];
        for (const holder of holders) {
          if (isNumber(holder.bin)) holder.body = bytes && new Uint8Array(bytes.subarray(at, at += holder.bin));
        }
        const wrong = flaw(frame, shapes);
        if (wrong) throw new TypeError(wrong);
      }
      if (bytes && at !== bytes.length) throw new RangeError("wrong length");
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
  if (frame.t === "page") return pageToPiece(frame);
  if (frame.t !== "message") return toPiece(frame);
  const piece = known.get(frame) ?? toPiece(frame);
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

export { PROTOCOL_VERSION as P, SUBPROTOCOL as S, assertNever as a, serverCodec as b, clientCodec as c, pack as p, sizeOf as s, unpack as u };
//# sourceMappingURL=codec.js.map
