/** Told after each picture of several that was read; throws to stop the reading. */
export type OnRead = (done: number, total: number) => Promise<void> | void
