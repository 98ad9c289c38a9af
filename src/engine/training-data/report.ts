/** Tells how far looking through a folder has come, 0..1; throws `cancelled` if somebody cancelled. */
export type Report = (done: number, label: string) => Promise<void>
