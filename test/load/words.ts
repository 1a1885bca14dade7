/** What the server's process takes: bytes, and ms of CPU time so far. */
export interface Usage {
  heap: number
  rss: number
  cpu: number
}

/** What a process of clients has to do: connections from a number on. */
export interface Part {
  kind: string
  port: number
  from: number
  many: number
  seconds: number
}

/** What it has seen. Times in ms. */
export interface Seen {
  sent: number
  drops: number
  /** CPU time that it took, ms. */
  cpu: number
  accepted: number[]
  delivered: number[]
}
