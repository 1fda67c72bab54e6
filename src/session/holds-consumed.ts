import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/** Whether the session still holds the refresh token of `presented`, perhaps beside another access token, though it was consumed for `rotated`. */
export function isBehind({ held, epoch }: Phase, presented: Phase, rotated: string | undefined): boolean {
  const token = tokenSetOf(presented.held)?.refreshToken
  const isConsumed = token && rotated && rotated !== token
  return Boolean(isConsumed && epoch === presented.epoch && tokenSetOf(held)?.refreshToken === token)
}
