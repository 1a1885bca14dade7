// What an object holds on to: the size of each collection that it reaches, private fields as well, which only the
// debugger sees. Functions are not looked into.
import { Session } from 'node:inspector'

interface Seen {
  type: string
  subtype?: string
  className?: string
  objectId?: string
}
interface Property {
  name: string
  value?: Seen
}
interface Properties {
  result: Property[]
  privateProperties?: Property[]
  internalProperties?: Property[]
}

/** The way to a collection, by names (`[]` for any of its entries), and how many entries all on this way have together. */
export type Inventory = Record<string, number>

const collections = new Set(['array', 'map', 'set'])

class Walk {
  readonly found: Inventory = {}
  readonly #session = new Session()
  readonly #skipped: ReadonlySet<string>

  constructor(skipped: readonly string[]) {
    this.#session.connect()
    this.#skipped = new Set(skipped)
  }

  of(root: object): Inventory {
    const place = globalThis as { inventory?: { root: object; seen: WeakSet<object> } }
    place.inventory = { root, seen: new WeakSet() }
    const { result } = this.#post<{ result: Seen }>('Runtime.evaluate', { expression: 'inventory.root' })
    this.#visit('', result)
    delete place.inventory
    this.#session.disconnect()
    return this.found
  }

  #visit(path: string, { type, subtype = '', className = '', objectId }: Seen): void {
    if (type !== 'object' || objectId === undefined || this.#skipped.has(className)) return
    if (/error|date|regexp|typedarray|arraybuffer|promise|weak/.test(subtype) || !this.#isNew(objectId)) return
    const { result, privateProperties = [], internalProperties = [] } = this.#properties(objectId)
    const isList = collections.has(subtype)
    const own = subtype === 'array' ? result.filter(({ name }) => /^\d+$/.test(name)) : isList ? [] : result
    const inside = internalProperties.find(({ name }) => name === '[[Entries]]')?.value?.objectId
    const entries = inside === undefined ? [] : this.#properties(inside).result.filter(({ name }) => /^\d+$/.test(name))
    if (isList) this.found[path] = (this.found[path] ?? 0) + own.length + entries.length
    for (const { value } of entries) if (value?.objectId) this.#entry(path, value.objectId)
    for (const { name, value } of [...own, ...privateProperties]) {
      if (value && name !== '__proto__') this.#visit(isList ? `${path}[]` : `${path}.${name}`, value)
    }
  }

  /** Of a map or a set: its key and its value. */
  #entry(path: string, objectId: string): void {
    for (const { name, value } of this.#properties(objectId).result)
      if (value && (name === 'key' || name === 'value')) this.#visit(`${path}[]`, value)
  }

  #properties(objectId: string): Properties {
    return this.#post<Properties>('Runtime.getProperties', { objectId, ownProperties: true })
  }

  #isNew(objectId: string): boolean {
    const functionDeclaration = 'function () { return !inventory.seen.has(this) && !!inventory.seen.add(this) }'
    const given = { objectId, functionDeclaration, returnByValue: true }
    return this.#post<{ result: { value: boolean } }>('Runtime.callFunctionOn', given).result.value
  }

  /** In one thread it answers at once. */
  #post<Answer>(method: string, given: object): Answer {
    let answer: Answer | undefined
    this.#session.post(method, given, (error, result) => {
      if (error) throw new Error(`${method}: ${error.message}`)
      answer = result as Answer
    })
    if (answer === undefined) throw new Error(`${method}: no answer`)
    return answer
  }
}

/** @param skipped names of classes that are not looked into: what the test itself has put there. */
export const inventory = (root: object, ...skipped: string[]): Inventory => new Walk(skipped).of(root)
