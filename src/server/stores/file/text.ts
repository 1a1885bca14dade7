import type { Packed } from '../../../wire/frame.js'

/** What SQLite has as it is, and hands back as it was: no NUL, and no half of a character. */
const isPlain = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text)

/** A name as SQLite compares it: what is no plain text stands there as UTF-16, which no text equals. */
export const toName = (text: string): string | Uint8Array => (isPlain(text) ? text : Buffer.from(text, 'utf16le'))

/** And back. */
export const fromName = (stored: unknown): string =>
  typeof stored === 'string' ? stored : Buffer.from(stored as ArrayBuffer).toString('utf16le')

/** A body is bytes in the database; whether it was text stands beside it. */
export const toBytes = (body: Packed): Uint8Array => (typeof body === 'string' ? Buffer.from(body) : body)

/** And back. */
export const fromBytes = (stored: ArrayBuffer, isText: boolean): Packed =>
  isText ? Buffer.from(stored).toString() : new Uint8Array(stored)
