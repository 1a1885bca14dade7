import { expect, it } from 'vitest'
import { Greeting } from '../../src/core/greeting.js'
import { welcome } from '../support/client-core.js'

it('shows the ticket of the last welcome, and names none before', () => {
  const greeting = new Greeting('ada', 'secret')
  expect(greeting.hello(3)).toStrictEqual({ t: 'hello', v: 1, client: 'ada', key: 'secret', acked: 3 })
  greeting.accept(welcome)
  expect(greeting.hello(4)).toMatchObject({ acked: 4, ticket: 'T1' })
})
