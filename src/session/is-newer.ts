import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/** Whether `phase` holds another access token than `from`: a rotation may give the same one again, and then a 401 to that is about what we have. */
export function isNewer(phase: Phase, from: Phase): boolean {
  const token = tokenSetOf(phase.held)?.accessToken
  return phase.generation > from.generation && (token === undefined || token !== tokenSetOf(from.held)?.accessToken)
}
