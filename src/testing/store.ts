// What every store must do (src/core/store.ts), whatever it keeps things in.
import { createEnv } from '../shell/env.js'
import { clientRules } from './store/clients.js'
import { cursorRules } from './store/cursors.js'
import { inboxRules } from './store/inboxes.js'
import { logRules } from './store/logs.js'
import { memberRules } from './store/members.js'
import { messageRules } from './store/messages.js'
import { nameRules } from './store/names.js'
import { nodeRules } from './store/nodes.js'
import type { StoreRules } from './store/rule.js'
import type { StoreFeature, StoreLimitsWanted, StoreStand } from './store/stand.js'
import { Trial } from './store/trial.js'

export type { StoreFeature, StoreLimitsWanted, StoreStand } from './store/stand.js'

/** One rule of the contract, tried. */
export interface StoreCase {
  name: string
  /** What the stand does not have, where this case needs it: it cannot be run. */
  lacks: readonly StoreFeature[]
  /** Throws where the store does not keep to it. Opens a stand of its own, and closes it. */
  run(): Promise<void>
}

const rules: StoreRules = {
  ...clientRules,
  ...messageRules,
  ...logRules,
  ...nameRules,
  ...cursorRules,
  ...memberRules,
  ...inboxRules,
  ...nodeRules,
}

/**
 * Every rule of the contract of stores as a case that throws: for any test runner, or none.
 *
 *     for (const { name, lacks, run } of storeCases(openStand, features)) (lacks.length ? it.skip : it)(name, run)
 *
 * Waits are real: a case waits for what has to come, and throws after ten seconds.
 *
 * @param open makes a new stand with these limits, and its defaults for the others; called once a case.
 * @param features says of each what the stand has, so that what is left out is left out in plain sight.
 */
export function storeCases(
  open: (limits: StoreLimitsWanted) => Promise<StoreStand>,
  features: Readonly<Record<StoreFeature, boolean>>,
): StoreCase[] {
  return Object.entries(rules).map(([name, { needs = [], limits, run }]) => {
    const wanted: readonly StoreFeature[] = limits ? [...needs, 'limits'] : needs
    return {
      name,
      lacks: wanted.filter((feature) => !features[feature]),
      async run() {
        const stand = await open(limits ?? {})
        try {
          await run(new Trial(stand, createEnv().id().slice(0, 12)))
        } finally {
          await stand.close()
        }
      },
    }
  })
}
