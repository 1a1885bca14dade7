import { createHash } from 'node:crypto'
import { append } from './lua/append.js'
import * as calls from './lua/calls.js'
import { log } from './lua/log.js'
import { prelude } from './lua/prelude.js'
import { seats } from './lua/seats.js'
import { LEFT, OVERHEAD, PLACES } from '../rules.js'
import type { RedisLimits } from './settings.js'

export interface Script {
  text: string
  /** What Redis knows it by. */
  sha: string
}

export type ScriptName = keyof typeof calls | 'append'

export type Scripts = Readonly<Record<ScriptName, Script>>

/** Any bytes as a Lua string. */
const quote = (text: string): string =>
  `'${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}'`

const number = (value: number): string => (value === Infinity ? 'math.huge' : String(value))

/** Limits and prefix are part of the text: nodes that differ in them have scripts of their own. */
export function scriptsFor(prefix: string, limits: RedisLimits): Scripts {
  const numbers = { ...limits, places: PLACES, overhead: OVERHEAD, left: LEFT }
  const names = Object.entries(numbers).map(([name, value]) => [name.replace(/[A-Z]/g, '_$&').toUpperCase(), value])
  const constants = names.map(([name, value]) => `local ${String(name)} = ${number(value as number)}\n`).join('')
  const head = `local P = ${quote(prefix)}\n${constants}${prelude}${log}${seats}`
  const made = Object.entries({ ...calls, append }).map(([name, body]): [string, Script] => {
    const text = head + body
    return [name, { text, sha: createHash('sha1').update(text).digest('hex') }]
  })
  return Object.fromEntries(made) as Record<ScriptName, Script>
}
