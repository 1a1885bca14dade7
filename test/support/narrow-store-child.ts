// Writes a file store that never has much in it, message after message, and tells how many it took and how many it did not.
import { FileStore } from '../../src/server/index.js'

const [path = '', many = ''] = process.argv.slice(2)

async function main(): Promise<void> {
  const store = await FileStore.open(path, { maxEntries: 10 })
  await store.open({ client: 'ann', key: 'key', user: '', acked: 0 })
  const count = { taken: 0, refused: 0 }
  for (let seq = 1; count.taken + count.refused < Number(many);) {
    const record = { ch: 'room', seq, after: seq - 1, id: `ann:${seq}`, from: '', time: Date.now(), body: `"${seq}"` }
    try {
      await store.append({ client: 'ann', records: [record] })
      count.taken++
      seq++
    } catch {
      count.refused++
    }
  }
  process.send?.(count)
}

void main().then(() => process.disconnect())
