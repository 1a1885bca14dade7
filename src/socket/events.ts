import type { Closing } from '../wire/close.js'
import { utf8Size } from './data.js'

/** A retry is coming. */
export interface RetryEvent extends Event {
  /** Failures in a row until now; 0 after a stable link. */
  readonly attempt: number
  /** ms until the next dial; Infinity while there is no network. */
  readonly delay: number
}

/** `error` and `message` are there when it is known what went wrong: a provider or a callback that threw, a time-out. */
export interface SocketErrorEvent extends Event {
  readonly error?: unknown
  readonly message?: string
}

export interface SocketEventMap {
  open: Event
  message: MessageEvent
  /** Once for each link and each attempt that ended; it was the last when `readyState` is CLOSED. */
  close: CloseEvent
  error: SocketErrorEvent
  retry: RetryEvent
}

type Listener<E> = ((event: E) => unknown) | { handleEvent(event: E): unknown } | null

/** `EventTarget`, its events named. */
export type SocketTarget = new () => {
  addEventListener<K extends keyof SocketEventMap>(
    type: K,
    listener: Listener<SocketEventMap[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(type: string, listener: Listener<Event>, options?: boolean | AddEventListenerOptions): void
  removeEventListener<K extends keyof SocketEventMap>(
    type: K,
    listener: Listener<SocketEventMap[K]>,
    options?: boolean | EventListenerOptions,
  ): void
  removeEventListener(type: string, listener: Listener<Event>, options?: boolean | EventListenerOptions): void
  dispatchEvent(event: Event): boolean
}

type Kind = new (type: string, fields?: object) => Event

/** An event of the platform's own class, or, where Node has none yet, with that class's fields. */
export function makeEvent(type: keyof SocketEventMap, fields?: object): Event {
  const has: Partial<typeof globalThis> = globalThis
  const kinds: { [K in typeof type]?: Kind | undefined } = { close: has.CloseEvent, message: has.MessageEvent }
  const Kind = kinds[type]
  return Kind ? new Kind(type, fields) : Object.assign(new Event(type), fields)
}

/** Gives `target` its `on…` properties: as in browsers, a handler keeps the place in the order that its first one took. */
export function addHandlers(target: EventTarget, types: readonly string[]): void {
  for (const type of types) {
    let handler: ((event: Event) => unknown) | null = null
    const hear = (event: Event) => handler?.call(target, event)
    Object.defineProperty(target, `on${type}`, {
      get: () => handler,
      set(value: unknown) {
        handler = typeof value === 'function' ? (value as typeof handler) : null
        target[handler ? 'addEventListener' : 'removeEventListener'](type, hear)
      },
    })
  }
}

/** The close event that tells of this. */
export function closeEvent({ code, reason, clean = false }: Closing): CloseEvent {
  return makeEvent('close', { code, reason, wasClean: clean }) as CloseEvent
}

/** Throws as the standard has it. */
export function checkClose(code: number, reason: string): void {
  if (code !== 1000 && !(code >= 3000 && code <= 4999))
    throw new DOMException('code takes 1000, 3000 to 4999', 'InvalidAccessError')
  if (utf8Size(reason) > 123) throw new DOMException('reason takes 123 bytes', 'SyntaxError')
}
