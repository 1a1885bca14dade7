/** What tells a sender that the server has a message: the answer, and the word that somebody else has it. */
const isAck = ({ t }) => t === 'accepted' || t === 'delivered'

export const mayHaveAcks = (packet) => packet.includes('"accepted"') || packet.includes('"delivered"')

/** A packet without the acks that get lost: `lose` is asked for each, by its kind. Empty: it was nothing but those. */
export function withoutAcks(packet, lose) {
  if (!mayHaveAcks(packet)) return packet
  const all = JSON.parse(packet)
  const kept = all.filter((frame) => !isAck(frame) || !lose(frame.t))
  if (kept.length === all.length) return packet
  return kept.length ? JSON.stringify(kept) : ''
}
