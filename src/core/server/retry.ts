/** What the store failed to do, to tell or to take is asked again after this, ms. */
const RETRY = 1_000

export { RETRY }
