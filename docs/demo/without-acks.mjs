/** A packet without the acks that get lost: `lose` is asked for each. Empty: it was nothing but those. */
export function withoutAcks(packet, lose) {
  if (!packet.includes('"accepted"')) return packet
  const all = JSON.parse(packet)
  const kept = all.filter(({ t }) => t !== 'accepted' || !lose())
  if (kept.length === all.length) return packet
  return kept.length ? JSON.stringify(kept) : ''
}
