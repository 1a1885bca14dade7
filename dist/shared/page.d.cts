/** What a page event means to a connection. */
type PageSignal = 'wake' | 'online' | 'offline' | 'suspend';
/** The parts of `globalThis` that are looked at. Node has none of them, a worker some. */
interface PageLike {
    addEventListener?(type: string, listener: (event: Event) => void, options: AddEventListenerOptions): void;
    readonly document?: {
        readonly visibilityState: string;
    };
    readonly navigator?: {
        readonly onLine?: boolean;
        readonly connection?: EventTarget;
    };
}

export type { PageSignal as P, PageLike as a };
