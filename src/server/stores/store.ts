/** The contract of every store, for those who write one. */
export type * from '../../core/store.js'
