import { expect, it } from 'vitest'
import { inventory } from './inventory.js'

class Room {
  readonly #people = new Map<string, { seen: number[] }>()
  readonly names = new Set(['a', 'b'])
  readonly mine: object[] = [this]
  add(name: string, ...seen: number[]): this {
    this.#people.set(name, { seen })
    return this
  }
}
class Other {
  readonly many = [1, 2, 3]
}

it('an inventory has each collection with its size, private ones as well, and what is reached twice once', () => {
  const room = Object.assign(new Room().add('ann', 1, 2).add('bob', 3), { other: new Other() })
  expect(inventory(room)).toEqual({
    '.#people': 2,
    '.#people[].seen': 3,
    '.names': 2,
    '.mine': 1,
    '.other.many': 3,
  })
  expect(inventory(room, 'Other')).not.toHaveProperty('.other.many')
})
