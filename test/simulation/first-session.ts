import type { StoredSession } from 'authenticated-client'
import { typeOf } from './schemes'
import { wallClockStart } from './wall-clock'
import type { World } from './world'

/** What the store holds when the world begins: nobody, or user 1, perhaps with a token that is spent. */
export function firstSession(world: World): StoredSession | null {
  const { plan, server, families, ledger, random } = world
  if (!plan.startsSignedIn) return null
  const issued = server.signIn('u1')
  const { accessToken, refreshToken, family } = issued
  const access = server.accessTokens.get(accessToken)!
  if (plan.startsSpent) access.expiresAt = wallClockStart
  ledger.held.add(family)
  const knowsExpiry = plan.tellsLifetime && random.chance(0.8)
  const sessionId = plan.ids === 'session-id' ? 'first-session' : undefined
  if (sessionId) families.set(sessionId, family)
  return {
    accessToken,
    refreshToken,
    ...typeOf(plan),
    ...(sessionId ? { sessionId } : {}),
    ...(knowsExpiry ? { expiresAt: access.expiresAt } : {}),
  }
}
