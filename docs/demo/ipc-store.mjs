// A store that lives in another process, as a database does. Bytes pass, because the channel clones (`serialization: 'advanced'`).

const calls = ['open', 'append', 'read', 'sent', 'cursor', 'keep', 'leave', 'forget', 'members', 'seen', 'notify']

/** Answers a child's calls to `store`, tells it what is appended, and passes it the notes of other servers. */
export function shareStore(store, child) {
  // A server that was killed hears nothing more.
  const tell = (message) => child.connected && child.send(message, () => {})
  child.once(
    'exit',
    store.watch((change) => tell({ change })),
  )
  child.on('message', async ({ call, method, ask, listen: node }) => {
    if (node)
      child.once(
        'exit',
        store.listen(node, (note) => tell({ node, note })),
      )
    if (!calls.includes(method)) return
    try {
      tell({ answer: call, value: await store[method](ask) })
    } catch (error) {
      tell({ answer: call, error: String(error) })
    }
  })
}

/** The other end, with the methods of a store: each call is a message and its answer. */
export function remoteStore(parent) {
  const open = new Map()
  const watchers = new Set()
  const ears = new Map()
  let count = 0
  parent.on('message', ({ answer, value, error, change, node, note }) => {
    if (node) ears.get(node)?.(note)
    if (change) watchers.forEach((onChange) => onChange(change))
    const call = open.get(answer)
    open.delete(answer)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  })
  const method = (name) => (ask) =>
    new Promise((resolve, reject) => {
      open.set(++count, { resolve, reject })
      parent.send({ call: count, method: name, ask })
    })
  return {
    ...Object.fromEntries(calls.map((name) => [name, method(name)])),
    watch(onChange) {
      watchers.add(onChange)
      return () => watchers.delete(onChange)
    },
    listen(node, onNote) {
      ears.set(node, onNote)
      parent.send({ listen: node })
      return () => ears.delete(node)
    },
    // What is stored outlives every server, so there is nothing to close.
    close: async () => {},
  }
}
