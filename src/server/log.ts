type Line = (fields: Record<string, unknown>, message: string) => void

/** Structured logging as pino, bunyan and others do it: fields first, then the message. */
export interface Log {
  debug: Line
  info: Line
  warn: Line
  error: Line
}

const nothing: Line = () => undefined

export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
