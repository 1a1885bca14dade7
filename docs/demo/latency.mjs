// A loopback is too quick to watch: this makes it a network across a country, in order, with a little jitter.

/** One way, ms: least and most. */
const LEAST = 14
const MOST = 34

/** Returns a function that calls what it is given a little later, in the order given. */
export function delay() {
  let due = 0
  const waiting = []
  return (action) => {
    const now = performance.now()
    due = Math.max(due, now + LEAST + Math.random() * Math.random() * (MOST - LEAST))
    waiting.push(action)
    // Timers of one moment may fire in another order: each stands for whoever has waited longest.
    setTimeout(() => waiting.shift()(), due - now)
  }
}
