type Line = (fields: Record<string, unknown>, message: string) => void

/** Structured logging as pino, bunyan and others do it: fields first, then the message. */
export interface Log {
  debug: Line
  info: Line
  warn: Line
  error: Line
}

const nothing: Line = () => undefined

/** Controls, ends of lines, and turns of direction: a terminal, or whoever reads lines, would obey them. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const printable = (text: string): string =>
  text.replace(UNSAFE, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A log that gets what clients call themselves as text that does nothing, however it writes its lines. */
export function safely(log: Log): Log {
  const line =
    (level: keyof Log): Line =>
    (fields, message) => {
      const said = Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'string' ? printable(value) : value,
      ])
      log[level](Object.fromEntries(said) as Record<string, unknown>, message)
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
