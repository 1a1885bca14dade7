/** What a page event means to a connection. */
export type PageSignal = 'wake' | 'online' | 'offline' | 'suspend'

/** The parts of `globalThis` that are looked at. Node has none of them, a worker some. */
export interface PageLike {
  addEventListener?(type: string, listener: (event: Event) => void, options: AddEventListenerOptions): void
  readonly document?: { readonly visibilityState: string }
  readonly navigator?: { readonly onLine?: boolean; readonly connection?: EventTarget }
}

/** `freeze` is not among them: a frozen page does nothing until `resume`. */
const signals: Readonly<Record<string, PageSignal>> = {
  online: 'online',
  offline: 'offline',
  pagehide: 'suspend',
  pageshow: 'wake',
  resume: 'wake',
  visibilitychange: 'wake',
  change: 'wake',
}

/** Says whether the page is hidden, at once and when it changes. Returns the way to stop. */
export function look(page: PageLike, on: (hidden: boolean) => void): () => void {
  const control = new AbortController()
  const tell = (): void => {
    on(page.document?.visibilityState === 'hidden')
  }
  page.addEventListener?.('visibilitychange', tell, { capture: true, signal: control.signal })
  tell()
  return () => {
    control.abort()
  }
}

/**
 * Turns what the platform says into signals, with the event's name as the cause. Says what
 * `navigator.onLine` knows at once, before it returns.
 * @param page `globalThis`, or what a test puts in its place.
 * @returns the way to stop listening.
 */
export function listen(page: PageLike, on: (signal: PageSignal, cause: string) => void): () => void {
  const control = new AbortController()
  const { navigator } = page
  for (const [type, signal] of Object.entries(signals)) {
    const hear = (event: Event & { persisted?: boolean }) => {
      const hidden = type === 'visibilitychange' && page.document?.visibilityState === 'hidden'
      // Every page is shown once; only one out of the back/forward cache comes back.
      if (!hidden && !(type === 'pageshow' && !event.persisted)) on(signal, type)
    }
    const target = type === 'change' ? navigator?.connection : page
    // The capture phase passes the window on the way to the document, where half of these are dispatched.
    target?.addEventListener?.(type, hear, { capture: true, signal: control.signal })
  }
  if (navigator?.onLine !== undefined) on(navigator.onLine ? 'online' : 'offline', 'onLine')
  return () => {
    control.abort()
  }
}
