// Frames to packets and back.
import { bench, do_not_optimize, run } from 'mitata'
import { pack } from '../../src/wire/body.js'
import { clientCodec, serverCodec } from '../../src/wire/codec.js'
import type { ClientFrame, Packed, ServerFrame } from '../../src/wire/frame.js'

const body = { name: 'Ada', text: 'The light on the point is on, and the fog has lifted.', n: 12_345 }
const text = pack(body)
const bytes = pack(new Uint8Array(1_024))

const sends = (length: number, body: Packed): ClientFrame<Packed>[] =>
  Array.from({ length }, (_, at) => ({ t: 'send', seq: at + 1, ch: 'room:42', body }))
const messages = (length: number, body: Packed): ServerFrame<Packed>[] =>
  Array.from({ length }, (_, at) => ({
    ...({ t: 'message', ch: 'room:42', offset: at + 1, id: 'c0ffee:1', from: 'ada', time: 1_800_000_000_000 } as const),
    body,
  }))

const one = sends(1, text)
const hundred = sends(100, text)
const binary = sends(100, bytes)
const [packet = ''] = serverCodec.encode(messages(1, text))
const [packets = ''] = serverCodec.encode(messages(100, text))
const [blobs = ''] = serverCodec.encode(messages(100, bytes))

bench('pack a body of 100 bytes', () => do_not_optimize(pack(body)))
bench('encode 1 send', () => do_not_optimize(clientCodec.encode(one)))
bench('encode 100 sends', () => do_not_optimize(clientCodec.encode(hundred)))
bench('encode 100 sends of 1 KiB binary', () => do_not_optimize(clientCodec.encode(binary)))
bench('decode and check 1 message', () => do_not_optimize(clientCodec.decode(packet)))
bench('decode and check 100 messages', () => do_not_optimize(clientCodec.decode(packets)))
bench('decode and check 100 messages of 1 KiB binary', () => do_not_optimize(clientCodec.decode(blobs)))
await run()
