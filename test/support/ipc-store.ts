// A store that lives in another process, as a database does: it outlives every server that is killed.
import type { ChildProcess } from 'node:child_process'
import type { AskOf, CallName, ResultOf } from '../../src/core/server/contract.js'
import type { Change, MemoryStore, Store } from '../../src/server/index.js'

type Name = Exclude<CallName, 'authorize' | 'review'>

export interface Call {
  call: number
  name: Name
  ask: unknown
}

type Told = { answer: number; value: unknown } | { change: Change } | Noted

/** To a child: a note for a node that it listens for. From a child: a note for another's; without one, that it listens for this node. */
interface Noted {
  node: string
  note: string
}

/** Gets each call before it is made and after; where it says `lost`, the call, or its answer, never arrives. */
export type Witness = (name: Name, at: 'before' | 'after') => 'lost' | undefined

/** Answers a child's calls to `store`, tells it what is appended, and passes notes. */
export function shareStore(store: MemoryStore, child: ChildProcess, witness: Witness): void {
  // A server that was killed hears nothing more.
  const tell = (told: Told): void => {
    if (child.connected) child.send(told, () => undefined)
  }
  const unwatch = store.watch((change) => tell({ change }))
  child.once('exit', unwatch)
  child.on('message', (message: Partial<Call & Noted>) => {
    const { call, name, ask, node, note } = message
    if (node !== undefined && note !== undefined) void store.notify({ node, note })
    else if (node !== undefined)
      child.once(
        'exit',
        store.listen(node, (heard) => tell({ node, note: heard })),
      )
    if (call === undefined || name === undefined) return
    if (witness(name, 'before')) return
    void (store[name] as (ask: unknown) => Promise<unknown>)(ask).then((value) => {
      if (!witness(name, 'after')) tell({ answer: call, value })
    })
  })
}

/** The child's end of it. */
export function remoteStore(): Store {
  const open = new Map<number, (value: never) => void>()
  const watchers = new Set<(change: Change) => void>()
  const ears = new Map<string, (note: string) => void>()
  let count = 0
  process.on('message', (told: Told) => {
    if ('change' in told) for (const onChange of watchers) onChange(told.change)
    else if ('note' in told) ears.get(told.node)?.(told.note)
    else open.get(told.answer)?.(told.value as never)
    if ('answer' in told) open.delete(told.answer)
  })
  const method =
    <N extends Name>(name: N) =>
    (ask: AskOf<N>) =>
      new Promise<ResultOf<N>>((resolve) => {
        open.set(++count, resolve)
        process.send?.({ call: count, name, ask })
      })
  return {
    open: method('open'),
    append: method('append'),
    read: method('read'),
    sent: method('sent'),
    cursor: method('cursor'),
    keep: method('keep'),
    leave: method('leave'),
    forget: method('forget'),
    members: method('members'),
    seen: method('seen'),
    watch(onChange) {
      watchers.add(onChange)
      return () => watchers.delete(onChange)
    },
    notify(noted) {
      process.send?.(noted)
      return Promise.resolve()
    },
    listen(node, onNote) {
      ears.set(node, onNote)
      process.send?.({ node })
      return () => ears.delete(node)
    },
    close: () => Promise.resolve(),
  }
}
