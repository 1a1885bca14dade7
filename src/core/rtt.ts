const GRANULARITY = 10
const MIN_RTO = 300
const MAX_RTO = 10_000
const INITIAL_RTO = 1_000

/** Round-trip time and the retransmission timeout drawn from it (RFC 6298; bounds 0.3 s and 10 s). All in ms. */
export class Rtt {
  /** Smoothed; undefined before the first sample. */
  srtt: number | undefined
  #var = 0

  /** Never feed it the answer to something sent twice: which one was answered? (Karn) */
  sample(ms: number): void {
    if (this.srtt === undefined) {
      this.srtt = ms
      this.#var = ms / 2
    } else {
      this.#var += (Math.abs(this.srtt - ms) - this.#var) / 4
      this.srtt += (ms - this.srtt) / 8
    }
  }

  /** How long an answer may take before something is wrong. */
  get rto(): number {
    if (this.srtt === undefined) return INITIAL_RTO
    return Math.min(MAX_RTO, Math.max(MIN_RTO, this.srtt + Math.max(GRANULARITY, 4 * this.#var)))
  }
}
