// A loopback is too quick to watch: this makes it a network across a country, in order, with a little jitter.

/** One way, ms: least and most. */
const LEAST = 14
const MOST = 34

/** Returns a function that calls what it is given a little later, in the order given. */
export function delay() {
  let due = 0
  return (action) => {
    const now = performance.now()
    due = Math.max(due, now + LEAST + Math.random() * Math.random() * (MOST - LEAST))
    setTimeout(action, due - now)
  }
}
