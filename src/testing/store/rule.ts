import type { StoreFeature, StoreLimitsWanted } from './stand.js'
import type { Trial } from './trial.js'

/** One rule of the contract of stores. */
export interface StoreRule {
  /** What a stand must have for it. */
  needs?: readonly StoreFeature[]
  limits?: StoreLimitsWanted
  /** Throws where the store does not keep to it. */
  run: (trial: Trial) => Promise<void>
}

export type StoreRules = Record<string, StoreRule>
