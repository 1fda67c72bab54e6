import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/** Whether it holds other credentials than `from`: a rotation may leave the access token as it is, and then a 401 to it is about what we have. */
export function isNewer(phase: Phase, from: Phase): boolean {
  const token = tokenSetOf(phase.held)?.accessToken
  return phase.generation > from.generation && (token === undefined || token !== tokenSetOf(from.held)?.accessToken)
}
