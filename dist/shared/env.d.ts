/** The only clock and dice. Each part can be replaced, so that a test decides time, chance and names. */
interface Env {
    /** ms, never going back; it goes on while the machine sleeps. */
    now: () => number;
    /** Calls back once after `ms`; returns the cancel. */
    timer: (callback: () => void, ms: number) => () => void;
    /** A number in [0, 1). */
    random: () => number;
    /** A new name that nobody can guess: 128 bits in hex. */
    id: () => string;
    /** Runs after the code now running, before any timer: frames queued in one task leave together. */
    defer: (callback: () => void) => void;
}
/** All of it. */
declare function createEnv(): Env;

export { createEnv as c };
export type { Env as E };
