import type { Patch } from '../bundle'

/** One planted fault. */
export interface Mutant {
  /** Reads after "a client that". */
  readonly name: string
  readonly patches: readonly Patch[]
  /** Where its hunt begins, if it can't be found in the first worlds. */
  readonly first?: number
}

/** The usual mutant: one change in one file. */
export function mutant(name: string, file: string, find: string, replace: string): Mutant {
  return { name, patches: [{ file, find, replace }] }
}
