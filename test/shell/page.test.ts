// What the platform says, as a link understands it.
import { afterEach, expect, it, vi } from 'vitest'
import { listen } from '../../src/shell/page.js'
import { FakePage } from '../socket/fakes.js'

afterEach(() => vi.unstubAllGlobals())

function hear(page = new FakePage()) {
  const heard: string[] = []
  const stop = listen(page, (signal, cause) => heard.push(`${signal} by ${cause}`))
  return { page, heard, stop }
}

it.each([
  ['online', 'online'],
  ['offline', 'offline'],
  ['pagehide', 'suspend'],
  ['resume', 'wake'],
  ['visibilitychange', 'wake'],
])('%s means %s', (type, signal) => {
  const { page, heard } = hear()
  page.say(type)
  expect(heard).toEqual([`${signal} by ${type}`])
})

it('a changed connection means wake', () => {
  const { page, heard } = hear()
  page.navigator.connection.dispatchEvent(new Event('change'))
  page.say('change')
  expect(heard).toEqual(['wake by change'])
})

it('becoming hidden, being frozen and being shown first mean nothing', () => {
  const { page, heard } = hear()
  page.document.visibilityState = 'hidden'
  page.say('visibilitychange')
  page.say('freeze')
  page.say('pageshow', { persisted: false })
  expect(heard).toEqual([])
  page.say('pageshow', { persisted: true })
  expect(heard).toEqual(['wake by pageshow'])
})

it('says at once what navigator.onLine knows', () => {
  const page = new FakePage()
  page.navigator.onLine = false
  expect(hear(page).heard).toEqual(['offline by onLine'])
  page.navigator.onLine = true
  expect(hear(page).heard).toEqual(['online by onLine'])
})

it('is silent once stopped', () => {
  const { page, heard, stop } = hear()
  stop()
  page.say('online')
  page.navigator.connection.dispatchEvent(new Event('change'))
  expect(heard).toEqual([])
})

it('hears what is dispatched on the document, in the capture phase', () => {
  const phases: boolean[] = []
  const addEventListener = (_type: string, _listener: unknown, { capture }: AddEventListenerOptions) => {
    phases.push(capture === true)
  }
  listen({ addEventListener }, () => undefined)
  expect(phases).toEqual(Array(6).fill(true))
})

it('does nothing where there is no window, document or navigator', () => {
  vi.stubGlobal('navigator', undefined)
  expect(() => listen(globalThis, () => undefined)()).not.toThrow()
  expect(() => listen({}, () => undefined)()).not.toThrow()
})
