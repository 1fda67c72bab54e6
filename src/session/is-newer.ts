import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/**
 * Whether `phase` holds a newer access token than `from`. The generation alone doesn't tell: a rotation may bring the same access token
 * again, and a 401 to that is a 401 to what we hold now. A cookie session has none: there the generation decides.
 */
export function isNewer(phase: Phase, from: Phase): boolean {
  const token = tokenSetOf(phase.held)?.accessToken
  return phase.generation > from.generation && (token === undefined || token !== tokenSetOf(from.held)?.accessToken)
}
