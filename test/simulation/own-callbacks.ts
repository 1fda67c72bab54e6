import type { StoredSession } from 'authenticated-client'
import { nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { apiOrigin } from './network'
import { typeOf } from './schemes'
import type { Tab } from './tab'
import type { World } from './world'

/*
 * An app that keeps its tokens itself, behind callbacks, and signs in and out by changing them: no client is told. What a client makes of
 * it is checked as what it makes of another tab's sign-in is.
 */

/** A new pair takes the place of whatever the app held. */
export function signsInItself(world: World, tab: Tab, user: 'u1' | 'u2'): void {
  const { plan, cell, server, ledger, scheduler, families } = world
  const issued = server.signIn(user)
  const { accessToken, refreshToken, family } = issued
  const { step } = scheduler
  const replaced = world.ownerOf(cell.refreshToken)
  if (replaced) ledger.replaced.add(replaced)
  ledger.held.add(family)
  ledger.signIns.set(family, {
    tab: undefined,
    by: undefined,
    begun: step,
    refreshToken,
    whileRestoring: false,
    settled: step,
    saved: step,
  })
  const sessionId = plan.ids === 'session-id' ? `session-${family.id}` : undefined
  if (sessionId) families.set(sessionId, family)
  world.admit(accessToken, apiOrigin)
  const expiresAt = plan.tellsLifetime && world.random.chance(0.8) ? tab.now() + plan.lifetime : undefined
  const next: StoredSession = {
    accessToken,
    refreshToken,
    ...typeOf(plan),
    ...(sessionId ? { sessionId } : {}),
    ...(expiresAt ? { expiresAt } : {}),
  }
  world.happened.add('app')
  tab.count('login of its own')
  world.tell(tab.name, `the app holds ${nameOf(issued)} instead of ${world.nameOf(cell.refreshToken)}`)
  cell.put(next)
}

/** It forgets what it held. */
export function signsOutItself(world: World, tab: Tab): void {
  const { cell, ledger, scheduler } = world
  const family = world.ownerOf(refreshTokenOf(cell.value))
  if (!family) return
  ledger.loggedOut.add(family)
  ledger.cleared.set(family, scheduler.step)
  world.happened.add('app')
  tab.count('logout of its own')
  world.tell(tab.name, `the app forgets ${world.nameOf(cell.refreshToken)}`)
  cell.put(null)
}
