// The mark at a message of one's own, as people know it from messengers.

const labels = {
  queued: () => 'waiting to be sent',
  sent: () => 'sent, not yet acknowledged',
  accepted: () => 'the server has it',
  stored: ({ to }) => `stored on the server for ${to ?? 'those who are away'}`,
  partly: ({ receipt }) => `delivered to ${receipt.count} of ${receipt.of}`,
  delivered: ({ receipt, to }) => (to ? `delivered to ${to}` : `delivered to all ${receipt?.of ?? ''}`.trim()),
  failed: ({ error }) => `not sent: ${error?.message ?? 'no reason given'}`,
}

/** One tick, or two where somebody has it: in full colour once all have it. */
function kindOf({ state = 'accepted', receipt }) {
  return state === 'delivered' && receipt && receipt.count < receipt.of ? 'partly' : state
}

/** What goes into the foot of a message. */
export function makeTick() {
  const tick = document.createElement('span')
  tick.className = 'mark-of'
  const reach = Object.assign(document.createElement('span'), { className: 'reach' })
  reach.setAttribute('aria-hidden', 'true')
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'tick')
  svg.setAttribute('role', 'img')
  svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'use'))
  tick.append(reach, svg)
  return tick
}

/** Shows on a message how far it has come. */
export function mark(item, entry) {
  const kind = kindOf(entry)
  const label = labels[kind](entry)
  const svg = item.querySelector('.tick')
  if (!svg || svg.getAttribute('aria-label') === label) return
  item.dataset.state = kind
  svg.setAttribute('aria-label', label)
  item.querySelector('.mark-of').title = label
  svg.firstChild.setAttribute('href', `#icon-${kind === 'partly' ? 'delivered' : kind}`)
  const { receipt } = entry
  item.querySelector('.reach').textContent = kind === 'partly' ? `${receipt.count} of ${receipt.of}` : ''
}
