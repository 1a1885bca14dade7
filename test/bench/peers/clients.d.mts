interface On {
  status(is: string): void
  word(word: { by: string; n: number }): void
  settled(n: number, error?: Error): void
}

export interface Peer {
  /** Of its server: `PEER`. */
  kind: string
  name: string
  settings: string
  settles: boolean
  join(at: { url: string; name: string }, on: On): { send(n: number): void; close(): void }
}

export const peers: readonly Peer[]
