import { OptionError } from '../wire/errors.js'
import { isNumber, isObject } from '../wire/shape.js'

/**
 * An option: its default, what it takes in words, and the test. Where these are left out it takes what is of its default's
 * type, or of the type that the word names. The default `null` is for what must be given. Where the test answers with an
 * object, that is the value.
 */
export type Rule<T> = readonly [
  fallback: Partial<T> | null | undefined,
  takes?: string,
  test?: (value: unknown) => unknown,
]

export type Rules<T> = { readonly [K in keyof T]-?: Rule<T[K]> }

export const number = (fallback: number, least = 0): Rule<number> => [
  fallback,
  `number from ${least}`,
  (value) => typeof value === 'number' && value >= least,
]
export const count = (fallback: number): Rule<number> => [fallback, 'whole number', isNumber]
/** `false` turns it off. */
export const isObjectOrFalse = (value: unknown): value is object | false => value === false || isObject(value)
export const objectOrFalse: Rule<never> = [undefined, 'object or false', isObjectOrFalse]
/** Options within an option. */
export const group = <T extends object>(name: string, rules: Rules<T>, fallback?: Partial<T>): Rule<T> => [
  fallback,
  'object',
  (value) => fill(name, rules, value),
]

/** What does not hold is the app's mistake. */
export function need(holds: unknown, text: string): asserts holds {
  if (!holds) throw new OptionError('bad-option', text)
}

/** The given values over the defaults. Throws `OptionError` for a name or a value that is not known. */
export function fill<T extends object>(name: string, rules: Rules<T>, given: unknown): T {
  need(isObject(given), `${name} takes: object`)
  const filled: Partial<T> = {}
  for (const key in { ...rules, ...(given as Partial<T>) }) {
    need(Object.hasOwn(rules, key), `${name}.${key} is no option`)
    const [fallback, takes = typeof fallback, test = (value) => typeof value === takes && value !== null] = rules[key]
    const { [key]: value = fallback } = given as Partial<T>
    const taken = value === undefined || test(value)
    need(taken, `${name}.${key} takes: ${takes}`)
    filled[key] = (isObject(taken) ? taken : value) as T[typeof key]
  }
  return filled as T
}
