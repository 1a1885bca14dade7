/** The channel of one person: `@` and the user's name. */
export const isInbox = (ch: string): boolean => ch.startsWith('@')

/** Nobody's is no channel. */
export const inboxOf = (user: string): string | undefined => (user ? `@${user}` : undefined)
