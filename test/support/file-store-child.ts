// Writes to a file store as fast as it can, and tells of each message that was accepted, until it is killed.
import { FileStore } from '../../src/server/index.js'

const [path = '', client = ''] = process.argv.slice(2)

async function main(): Promise<void> {
  const store = await FileStore.open(path, { maxEntries: Infinity })
  const opened = await store.open({ client, key: 'key', user: '', acked: 0 })
  if (opened.is !== 'open') throw new Error(opened.is)
  const time = Date.now()
  for (let seq = opened.seq + 1; ; seq++) {
    // Each is asked for once the one before is on its way: many wait for one commit.
    const record = {
      ch: 'room',
      seq,
      after: seq - 1,
      id: `${client}:${seq}`,
      from: '',
      time,
      body: `"${'x'.repeat(seq % 5_000)}"`,
    }
    const appended = store.append({ client, records: [record] })
    void appended.then((said) => process.send?.(said.is === 'done' ? said.seq : -1))
    if (seq % 20 === 0) await appended
  }
}

void main()
