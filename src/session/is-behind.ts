import { tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

/** Whether it holds what was presented, beside whatever access token, though that is consumed: a newer refresh token has come for it. */
export function isBehind({ held, epoch }: Phase, presented: Phase, rotated: string | undefined): boolean {
  const token = tokenSetOf(presented.held)?.refreshToken
  const isConsumed = token && rotated && rotated !== token
  return Boolean(isConsumed && epoch === presented.epoch && tokenSetOf(held)?.refreshToken === token)
}
