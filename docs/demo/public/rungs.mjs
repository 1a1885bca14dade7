// The ladder of transports, and what a box in the way can do to each of its rungs.

/** The best first. */
export const RUNGS = ['websocket', 'sse', 'long-poll', 'short-poll']

const names = { websocket: 'WebSocket', sse: 'SSE', 'long-poll': 'long polls', 'short-poll': 'short polls' }
export const nameOf = (rung) => names[rung] ?? rung

/** `label` for the last fault pressed, `note` for the rungs that it hits, of which `bends` one lives with it. */
export const BLOCKS = {
  'websocket:refuse': { label: 'WebSocket refused', note: 'refused', rungs: ['websocket'] },
  'websocket:hang': { label: 'WebSocket hangs', note: 'no answer', rungs: ['websocket'] },
  'streams:keep': { label: 'Streams held back', note: 'held back', rungs: ['sse'] },
  'requests:cut': {
    label: 'Requests cut after 3 s',
    note: 'cut at 3 s',
    rungs: ['sse', 'long-poll'],
    bends: 'long-poll',
  },
  'requests:cut-soon': { label: 'Requests cut after 0.4 s', note: 'cut at 0.4 s', rungs: ['sse', 'long-poll'] },
}

/** What the box does to this rung, in two words; nothing where it lets it pass. */
export function noteOn(rung, box) {
  const found = Object.entries(box).map(([part, mode]) => BLOCKS[`${part}:${mode}`])
  // A stream held back is not there to be cut.
  return found.find((block) => block?.rungs.includes(rung))?.note
}
