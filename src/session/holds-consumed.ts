import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/**
 * Whether the session still holds the refresh token of `presented`, though it was consumed and `rotated` came for it. The access token
 * beside it may be another one by now.
 */
export function holdsConsumed({ held, epoch }: Phase, presented: Phase, rotated: string | undefined): boolean {
  const token = tokenSetOf(presented.held)?.refreshToken
  const isConsumed = token && rotated && rotated !== token
  return Boolean(isConsumed && epoch === presented.epoch && tokenSetOf(held)?.refreshToken === token)
}
