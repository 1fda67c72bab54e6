import type { StoredSession } from 'authenticated-client'
import { nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { apiOrigin } from './network'
import type { World } from './world'

/**
 * An older SDK on the same store (F43): it reads, refreshes and writes without any lock or comparison, and signs out where it is
 * refused. It is no tab: its own faults are nobody's violation, what the tabs make of them is.
 */
export function foreignWriterRefreshes(world: World): void {
  const { plan, scheduler, cell, server, ledger } = world
  const tell = (what: string): void => world.tell('foreign', what)
  const before = cell.value
  const token = refreshTokenOf(before)
  if (!token || !before) return
  world.count('fault foreign writer refreshes')
  world.happened.add('foreign')
  tell(`refreshes with ${world.nameOf(token)}`)
  scheduler.after(world.latency(), undefined, () => {
    const issued = server.refresh(token)
    if (issued) world.admit(issued.accessToken, apiOrigin)
    tell(issued ? `is given ${nameOf(issued)}` : 'is refused')
    scheduler.after(world.latency(), undefined, () => {
      if (!issued) {
        const family = world.ownerOf(refreshTokenOf(cell.value))
        if (family) ledger.cleared.set(family, scheduler.step)
        world.count('fault foreign writer clears')
        tell(`stored: nothing over ${world.nameOf(cell.refreshToken)}`)
        return cell.put(null)
      }
      const { accessToken, refreshToken } = issued
      const pair = { accessToken, ...(plan.rotates ? { refreshToken } : { refreshToken: token }) }
      const expiresAt = server.accessTokens.get(accessToken)?.expiresAt
      const next: StoredSession = plan.foreign === 'keeps all fields' ? { ...before, expiresAt, ...pair } : pair
      world.count('fault foreign writer writes')
      const family = world.ownerOf(cell.refreshToken)
      if (family !== issued.family) ledger.broughtBack.add(issued.family)
      if (family && family !== issued.family) ledger.replaced.add(family)
      tell(`stored: ${nameOf(issued)} over ${world.nameOf(cell.refreshToken)}`)
      cell.put(next)
    })
  })
}
