/** A place in the house: of a link, or of a request that may become one. */
export interface Seat {
  /** Whose it is. False, and it is nobody's, where that user has all that one user may have. */
  name: (user: string) => boolean
  /** It is free again. Said twice, it is so once. */
  leave: () => void
}

export interface CensusLimits {
  maxLinksPerAddress: number
  maxLinksPerUser: number
}

/** Who is here, at this node: how many by each address and user. Those without a name are not counted. */
export class Census {
  readonly #addresses: Headcount
  readonly #users: Headcount

  constructor({ maxLinksPerAddress, maxLinksPerUser }: CensusLimits) {
    this.#addresses = new Headcount(maxLinksPerAddress)
    this.#users = new Headcount(maxLinksPerUser)
  }

  /** How many names are remembered: with nobody here, none. */
  get size(): number {
    return this.#addresses.size + this.#users.size
  }

  /** Undefined where this address has all that one may have. */
  enter(address: string): Seat | undefined {
    if (!this.#addresses.add(address)) return undefined
    let user = ''
    let isTaken = true
    return {
      name: (name) => {
        if (!this.#users.add(name)) return false
        user = name
        return true
      },
      leave: () => {
        if (!isTaken) return
        isTaken = false
        this.#addresses.drop(address)
        this.#users.drop(user)
      },
    }
  }
}

class Headcount {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#counts.size
  }

  /** False where there is no room for one more. */
  add(name: string): boolean {
    const count = this.#counts.get(name) ?? 0
    if (name === '') return true
    if (count >= this.#most) return false
    this.#counts.set(name, count + 1)
    return true
  }

  drop(name: string): void {
    const count = this.#counts.get(name) ?? 0
    if (count > 1) this.#counts.set(name, count - 1)
    else this.#counts.delete(name)
  }
}
