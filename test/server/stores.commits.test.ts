import { expect, it } from 'vitest'
import { Commits } from '../../src/server/stores/file/commits.js'

/** A commit that fails where a call in it does, and undoes what it had done. */
function world() {
  const kept: string[] = []
  const commits: number[] = []
  let full = false
  const queue = new Commits((work) => {
    const before = kept.length
    try {
      work()
      if (full && kept.length > before) throw new Error('disk full')
      commits.push(kept.length - before)
    } catch (error) {
      kept.length = before
      throw error
    }
  })
  const put = (what: string) => queue.add(() => void kept.push(what))
  return { queue, kept, commits, put, fill: (value: boolean) => (full = value) }
}

it('all calls of one turn share a commit, in their order; none is answered before it', async () => {
  const { queue, kept, commits, put } = world()
  const answers = ['a', 'b', 'c'].map(put)
  const read = queue.add(() => kept.join(''))
  let answered = false
  void answers[0]?.then(() => (answered = true))
  await Promise.resolve()
  expect([answered, commits]).toEqual([false, []])
  expect(await read).toBe('abc')
  await Promise.all(answers)
  expect(commits).toEqual([3])
  await put('d')
  expect(commits).toEqual([3, 1])
})

it('very many do not make one commit, for which all others would have to wait', async () => {
  const { queue, kept, commits, put } = world()
  const names = Array.from({ length: 1_200 }, (_, at) => `${at}`)
  const answers = Promise.all(names.map(put))
  await queue.idle()
  await answers
  expect(commits).toEqual([500, 500, 200])
  expect(kept).toEqual(names)
})

it('a call that fails fails alone: what shared its commit is done all the same, once', async () => {
  const { queue, kept, put } = world()
  const before = put('a')
  const wrong = queue.add(() => {
    kept.push('wrong')
    throw new Error('it')
  })
  const after = put('b')
  await expect(wrong).rejects.toThrow('it')
  await Promise.all([before, after])
  expect(kept).toEqual(['a', 'b'])
  await expect(
    queue.add(() => {
      throw new Error('alone')
    }),
  ).rejects.toThrow('alone')
})

it('a commit that fails answers nothing with yes; what only reads goes on, and so does the next', async () => {
  const { queue, kept, put, fill } = world()
  await put('a')
  fill(true)
  const write = put('b')
  const read = queue.add(() => kept.join(''))
  await expect(write).rejects.toThrow('disk full')
  expect(await read).toBe('a')
  fill(false)
  await put('c')
  expect(kept).toEqual(['a', 'c'])
})

it('is idle when all was answered', async () => {
  const { queue, kept, put } = world()
  await queue.idle()
  void put('a').then(() => put('b'))
  await queue.idle()
  expect(kept).toContain('a')
})
