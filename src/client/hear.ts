import { listen, look, type PageLike, type PageSignal } from '../shell/page.js'

/** What a client wants to know of the network; a `NetworkDetector` is one. */
export interface NetworkSource {
  readonly status: 'online' | 'offline' | 'unknown'
  on(type: 'change', listener: (event: { status: 'online' | 'offline' | 'unknown' }) => void): () => void
  on(type: 'wake' | 'suspend', listener: () => void): () => void
}

/** What is heard: of the network, and of whether somebody looks at the page. */
export type Heard = { on: PageSignal } | { on: 'look'; away: boolean }

/** The signals of a source, or of the page where there is none; whether it is looked at only the page knows. Returns the way to stop. */
export function hear(
  network: NetworkSource | undefined,
  page: PageLike | false,
  feed: (heard: Heard) => void,
): () => void {
  const on = (signal: PageSignal): void => {
    feed({ on: signal })
  }
  const looked =
    page &&
    look(page, (away) => {
      feed({ on: 'look', away })
    })
  const off = [...(looked ? [looked] : []), ...(network ? follow(network, on) : page ? [listen(page, on)] : [])]
  return () => {
    for (const stop of off) stop()
  }
}

function follow(network: NetworkSource, on: (signal: PageSignal) => void): (() => void)[] {
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
  return off
}
