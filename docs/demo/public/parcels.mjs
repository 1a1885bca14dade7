// What travels, by what it mostly is. Messages count more than their receipts, and those more than a heartbeat.

export function kindOf(data) {
  const text = typeof data === 'string' ? data.slice(0, 2_000) : ''
  const has = (...types) => types.some((type) => text.includes(`"t":"${type}"`))
  if (has('hello', 'welcome')) return 'hello'
  if (has('send', 'message', 'page')) return 'message'
  return has('accepted', 'received', 'refused', 'delivered', 'noted') ? 'receipt' : 'beat'
}

/** The kinds of packets in a body, a line each. One without packets is a mere question, or its answer. */
export function kindsIn(body) {
  const packets = (body ?? '')
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => /^["[!]/.test(line))
  return packets.length ? packets.map(kindOf) : ['ask']
}
