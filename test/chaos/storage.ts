// Where the servers of a run keep what they accept. It outlives each of them.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore } from '../../src/server/index.js'
import { shareStore } from '../support/ipc-store.js'
import type { Means } from '../support/nodes.js'
import { RedisServer } from '../support/redis.js'
import type { StoreKind } from './scenario.js'

export interface Storage {
  /** How a server process comes to it. */
  means: Means
  disk?: SmallDisk
  redis?: RedisServer
  close(): Promise<void> | void
}

/** A file system of a few MB in a folder, which can be full: in memory (tmpfs), and only root may mount one. */
export class SmallDisk {
  readonly #folder: string

  constructor(folder: string, megabytes = 32) {
    this.#folder = folder
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  }

  /** Not a byte is left. */
  fill(): void {
    const file = openSync(this.#ballast, 'w')
    try {
      for (let size = 65_536; size; size = size > 1 ? size >> 1 : 0) fillBy(file, Buffer.alloc(size))
    } finally {
      closeSync(file)
    }
  }

  free(): void {
    rmSync(this.#ballast)
  }

  unmount(): void {
    execFileSync('umount', [this.#folder])
  }

  get #ballast(): string {
    return join(this.#folder, 'ballast')
  }
}

function fillBy(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) === piece.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

function inFile(small: boolean): Storage {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'))
  const disk = small ? new SmallDisk(folder) : undefined
  return {
    means: { env: { STORE: `file:${join(folder, 'data')}` } },
    ...(disk && { disk }),
    close() {
      disk?.unmount()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function inRedis(): Promise<Storage> {
  const redis = await RedisServer.open('always')
  return { means: { env: { STORE: redis.url } }, redis, close: () => redis.stop() }
}

/** The memory is that of the run's own process, which nobody kills, and the servers reach it over a socket. */
function inMemory(): Storage {
  const store = new MemoryStore()
  return { means: { serve: (child) => shareStore(store, child, () => undefined) }, close: () => store.close() }
}

/** @param small on a disk that can be full. */
export async function openStorage(kind: StoreKind, small: boolean): Promise<Storage> {
  return kind === 'memory' ? inMemory() : kind === 'file' ? inFile(small) : inRedis()
}
