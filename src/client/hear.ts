import { listen, type PageLike, type PageSignal } from '../shell/page.js'

/** What a client wants to know of the network; a `NetworkDetector` is one. */
export interface NetworkSource {
  readonly status: 'online' | 'offline' | 'unknown'
  on(type: 'change', listener: (event: { status: 'online' | 'offline' | 'unknown' }) => void): () => void
  on(type: 'wake' | 'suspend', listener: () => void): () => void
}

/** The signals of a source, or of the page where there is none; returns the way to stop. */
export function hear(
  network: NetworkSource | undefined,
  page: PageLike | false,
  on: (signal: PageSignal) => void,
): () => void {
  if (!network) return page ? listen(page, on) : () => undefined
  const tell = ({ status }: { status: 'online' | 'offline' | 'unknown' }): void => {
    if (status !== 'unknown') on(status)
  }
  const off = [
    network.on('change', tell),
    ...(['wake', 'suspend'] as const).map((signal) =>
      network.on(signal, () => {
        on(signal)
      }),
    ),
  ]
  tell(network)
  return () => {
    for (const stop of off) stop()
  }
}
