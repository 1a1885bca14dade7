import type { Status } from '../core/status.js'

export interface ClientEvents {
  /** The truth about the connection, and why. */
  status: { status: Status; reason: string }
  /** A dial follows in `delay` ms; Infinity while there is no network. `attempt` counts the failures in a row. */
  retry: { attempt: number; delay: number; reason: string }
  /** Another transport serves from now on, and why it is not one above it, where that is known. */
  transport: { transport: string; reason: string }
  /** Something was wrong that no promise tells: a provider that failed, a frame that did not decode. */
  error: Error
}

export interface ClientStats {
  /** Smoothed round trip, ms; undefined before the first. */
  rtt: number | undefined
  /** How long an answer may take before it is overdue, ms. */
  rto: number
  /** Messages waiting or unacknowledged, of which `inFlight` on the link now, and `bytes` of their bodies. */
  queued: number
  inFlight: number
  bytes: number
  retransmits: number
  /** Messages that came again and were dropped. */
  duplicates: number
  gaps: number
  /** Dials after the first. */
  reconnects: number
  /** From the last loss to service again, ms; undefined before the first. */
  recovery: number | undefined
}
