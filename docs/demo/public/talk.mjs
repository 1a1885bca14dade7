// A quiet conversation, for when nobody wants to type.

const lines = [
  'The light on the point is on.',
  'I see it. Fog by evening, they say.',
  'Boats are coming in early.',
  'How is the sea out there?',
  'Long swell from the west, nothing much.',
  'The kelp lies flat at low water. Every plant still on its rock.',
  'That is what the root is for.',
  'It does not feed the plant, it only holds.',
  'Holding is plenty.',
  'Did my last one reach you?',
  'It did. They all do.',
  'Even the one from the tunnel?',
  'A little late, and in its place.',
  'Wind is turning north.',
  'Then we shall have a clear night.',
  'Coffee at the harbour?',
  'In an hour. Keep me a chair.',
]

/** ms. Between a message's receipts and the next message there is silence enough for a poll to be cut twice in a row. */
const PAUSE = 1_800

/** They take turns; somebody alone talks to the others. Returns the way to stop, which gives nothing. */
export function startTalk(people) {
  let said = 0
  const next = () => {
    people[said % people.length].say(lines[said % lines.length])
    said += 1
  }
  next()
  const timer = setInterval(next, PAUSE)
  return () => clearInterval(timer)
}
