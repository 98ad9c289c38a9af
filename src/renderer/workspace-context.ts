import { createContext } from 'svelte'
import type { Workspace } from './state/workspace.svelte.ts'

/** The one workspace of a window, for every component below App. */
export const [getWorkspace, setWorkspace] = createContext<Workspace>()
