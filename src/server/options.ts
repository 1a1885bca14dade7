import { OptionError } from '../wire/errors.js'

export type Check = [takes: string, test: (value: unknown) => boolean]

/** What each option takes, in words and as a test. */
export type Checks<Options> = { readonly [Name in keyof Options]-?: Check }

const isNumber = (value: unknown, least: number): boolean => typeof value === 'number' && value >= least

export const isWhole = (least: number, most = Number.MAX_SAFE_INTEGER): Check => [
  `a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
  (value) => Number.isSafeInteger(value) && isNumber(value, least) && (value as number) <= most,
]
/** Infinity is a limit, too: none. */
export const isLimit = (least: number): Check => [
  `a whole number from ${least}, or Infinity`,
  (value) => value === Infinity || (Number.isSafeInteger(value) && isNumber(value, least)),
]
export const isTime = (least: number): Check => [
  `a time in ms, at least ${least}`,
  (value) => isNumber(value, least) && value !== Infinity,
]
export const isFunction: Check = ['a function', (value) => typeof value === 'function']
export const isBoolean: Check = ['true or false', (value) => typeof value === 'boolean']

export const orAbsent = ([takes, test]: Check): Check => [takes, (value) => value === undefined || test(value)]

export const hasMethods = (what: string, ...names: string[]): Check => [
  what,
  (value) => {
    const object = Object(value) as Record<string, unknown>
    return names.every((name) => typeof object[name] === 'function')
  },
]

/** Throws `OptionError` for the first option that is unknown or has a value it does not take. */
export function checkOptions<Options extends object>(given: Partial<Options>, checks: Checks<Options>): void {
  if (typeof given !== 'object' || (given as unknown) === null)
    throw new OptionError('bad-option', 'the options take an object')
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof Options] : undefined
    if (!check) throw new OptionError('bad-option', `there is no option ${name}`)
    const [takes, test] = check
    if (value !== undefined && !test(value)) throw new OptionError('bad-option', `${name} takes ${takes}`)
  }
}

/** The defaults, and over them what was given. */
export function withDefaults<Options extends object>(defaults: Options, given: Partial<Options>): Options {
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...(Object.fromEntries(said) as Partial<Options>) }
}
