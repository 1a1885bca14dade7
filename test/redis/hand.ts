import type { Appended, Opened, Place, Slice, Store } from '../../src/server/index.js'

/** Tries until it goes well; what went wrong last is thrown when it takes too long. */
export async function soon<Value>(act: () => Value | Promise<Value>, within = 10_000): Promise<Value> {
  const end = Date.now() + within
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

export const open = (store: Store, acked = 0, client = 'ann'): Promise<Opened> =>
  store.open({ client, key: 'key', user: '', acked })

const draft = (seq: number, ch: string) => ({
  ch,
  seq,
  after: seq - 1,
  id: `ann:${seq}`,
  from: '',
  time: Date.now(),
  body: '1',
})

/** Messages `first` … `last`, all of which are in the log when it resolves. */
export async function send(store: Store, first: number, last: number): Promise<void> {
  const records = Array.from({ length: last - first + 1 }, (_, at) => draft(first + at, 'room'))
  const appended = await store.append({ client: 'ann', records })
  if (appended.is === 'unknown' || appended.seq < last) throw new Error('not all are stored')
}

export const append = (store: Store, seq: number, ch = 'room'): Promise<Appended> =>
  store.append({ client: 'ann', records: [draft(seq, ch)] })

/** Messages `first` … `last`, all of which are stored. */
export async function fill(store: Store, first: number, last: number, ch = 'room'): Promise<Place[]> {
  const records = Array.from({ length: last - first + 1 }, (_, at) => draft(first + at, ch))
  const appended = await store.append({ client: 'ann', records })
  if (appended.is === 'unknown') throw new Error('the client is not known')
  return appended.fates.map((fate) => {
    if (fate.is === 'stored') return fate.place
    throw new Error(`a message is not stored: ${fate.is}`)
  })
}

export const read = (store: Store, limit = 1_000, ch = 'room'): Promise<Slice> =>
  store.read({ ch, from: 0, limit, bytes: 2 ** 30 })
