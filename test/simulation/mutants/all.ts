import { callMutants } from './call'
import type { Mutant } from './mutant'
import { refreshMutants } from './refresh'
import { schemeMutants } from './scheme'
import { sessionMutants } from './session'
import { storeMutants } from './store'

/** Every planted fault. They exist in the simulation's own bundle, never in `dist`. */
export const mutants: readonly Mutant[] = [...refreshMutants, ...sessionMutants, ...storeMutants, ...callMutants, ...schemeMutants]
