import { describe, expect, it } from 'vitest'
import { send, World } from './server.world.js'

describe('drain', () => {
  it('sends everybody away, evenly, and says when it is done', () => {
    const world = new World()
    for (let link = 1; link <= 4; link++) world.open(link, `client ${link}`)
    world.feed({ on: 'drain', after: 500, spread: 4_000 })
    const gone = () => [1, 2, 3, 4].filter((link) => world.closes(link)[0] === 1012)
    expect(gone()).toEqual([1])
    expect(world.reads(1, 'retry')).toEqual([{ t: 'retry', after: 500, spread: 4_000 }])
    world.wait(1_000)
    expect(gone()).toEqual([1, 2])
    world.wait(1_999)
    expect(gone()).toEqual([1, 2, 3])
    expect(world.outputs).not.toContainEqual({ do: 'drained' })
    world.wait(1)
    expect(gone()).toEqual([1, 2, 3, 4])
    expect(world.outputs.filter(({ do: what }) => what === 'drained')).toHaveLength(1)
  })

  it('spreads those who are in, and does not count those who wait', () => {
    const world = new World({ maxAccepts: 2 })
    for (let link = 1; link <= 3; link++) world.open(link, `client ${link}`)
    world.feed({ on: 'drain', after: 500, spread: 4_000 })
    expect([1, 2, 3].map((link) => world.closes(link).length)).toEqual([1, 0, 1])
    world.wait(1_999)
    expect(world.closes(2)).toEqual([])
    world.wait(1)
    expect(world.closes(2)).toEqual([1012])
  })

  it('waits for what the store is writing', () => {
    const world = new World()
    world.hold.add('append')
    world.open(1, 'ann', [send(1)])
    world.feed({ on: 'drain', after: 0, spread: 0 })
    expect(world.closes(1)).toEqual([1012])
    expect(world.outputs).not.toContainEqual({ do: 'drained' })
    world.release()
    expect(world.outputs).toContainEqual({ do: 'drained' })
  })

  it('of an empty server is done at once, and new links are sent away', () => {
    const world = new World()
    expect(world.feed({ on: 'drain', after: 0, spread: 1_000 })).toEqual([{ do: 'drained' }])
    expect(world.feed({ on: 'opened', link: 1 })).not.toContainEqual({ do: 'drained' })
    expect(world.closes(1)).toEqual([1012])
  })
})
