import { resolve } from 'node:path'

/** What a page loads: the committed build, or another one (DIST). */
export const dist = resolve(process.env.DIST ?? 'dist')
