/** A function makes the text only where somebody reads it. */
type Detail = string | number | object | (() => string)

interface Line {
  at: number
  who: string
  what: string
  detail: string | number | object
}

/** All that happened, hashed; the last lines are kept to be read when something broke. Text is made only then. */
export class Trace {
  #hash = 0x811c9dc5
  readonly #lines: Line[] = []
  readonly #keep: number

  /** @param keep lines to keep, at least; 0 notes nothing, and costs nothing: the same seed can be run again. */
  constructor(keep: number) {
    this.#keep = keep
  }

  /** `said` has to be text or a number to count in the hash; an object is for the reader alone. */
  add(at: number, who: string, what: string, said: Detail = ''): void {
    if (!this.#keep) return
    const detail = typeof said === 'function' ? said() : said
    this.#mix(String(at))
    this.#mix(who)
    this.#mix(what)
    if (typeof detail !== 'object') this.#mix(String(detail))
    this.#lines.push({ at, who, what, detail })
    if (this.#lines.length > this.#keep * 2) this.#lines.splice(0, this.#keep)
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  /** The last `count` lines. */
  text(count = this.#keep): string {
    return this.#lines.slice(-count).map(asText).join('\n')
  }

  #mix(text: string): void {
    let hash = this.#hash
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    this.#hash = Math.imul(hash ^ 0xff, 0x01000193)
  }
}

function asText({ at, who, what, detail }: Line): string {
  const text = typeof detail === 'object' ? JSON.stringify(detail, readable) : String(detail)
  return `${at.toFixed(1).padStart(10)}  ${who.padEnd(8)} ${what.padEnd(10)} ${text.slice(0, 600)}`
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `<${value.length} bytes>`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  return typeof value === 'string' && value.length > 80 ? `${value.slice(0, 40)}… (${value.length})` : value
}
