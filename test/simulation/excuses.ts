import type { Family } from './authorization-server'
import type { World } from './world'

/**
 * What a world can't promise, and nothing more. Each is asked by the one check that it belongs to; `happened` holds what really
 * took place in this world, so that a plan that merely allows a fault excuses nothing.
 */

/** I1, I2 between tabs: nobody keeps two tabs apart where no lock is shared, or where the one there is refused, lost or never came. */
export function tabsAreApart({ plan, happened, tabs }: World): boolean {
  if (tabs.length === 1) return true
  if (plan.lock !== 'shared' && plan.lock !== 'lease') return false
  // F53: a lock that refuses must not take the session with it; the refresh goes on without it.
  return !['lock refused', 'lock hang', 'lock lost'].some((fault) => happened.has(fault))
}

/** I1: a store that drops the `sessionId` gives the tab that signed in another name for the lock than the tabs that read. */
export function tabsAgreeOnName({ plan }: World): boolean {
  return plan.ids === 'session-id'
}

/**
 * I2 between tabs: a rotation that its tab could not save (a failed write, or one past the 10 s for which the lock is kept), or
 * that died with its tab, is nobody else's knowledge.
 */
export function rotationsAreSaved({ happened }: World): boolean {
  return !happened.has('write') && !happened.has('read') && !happened.has('kill') && !happened.has('freeze')
}

/** I10: between an asynchronous read and the save after it, plain callbacks let anything happen. */
export function writesAreSwaps({ plan }: World): boolean {
  return plan.store !== 'plain-async'
}

/** I10: a write that landed but said that it failed is repeated when the store shows again what it showed before. */
export function writesSayWhatTheyDid({ plan, happened }: World): boolean {
  const liars = ['write throw-after', 'write hang-after', 'write hang-before', 'write lag', 'write says-false']
  // A plain save is followed by a read: where that fails, the save has failed.
  return !(plan.store.startsWith('plain') ? [...liars, 'read'] : liars).some((fault) => happened.has(fault))
}

/** I6: where nothing tells two sign-ins apart, rule 2 lets calls to safe methods go on with whatever pair there is. */
export function sessionsCanBeTold({ plan }: World): boolean {
  return plan.ids === 'session-id' || plan.ids === 'jwt-sid'
}

/** I6: by `sub` alone, two sign-ins of one user are one session. */
export function mayBeOne({ plan }: World, one: Family | undefined, other: Family | undefined): boolean {
  return plan.ids === 'jwt-sub' && one !== undefined && one.user === other?.user
}

/** I10 after a logout: without a `sessionId`, a rotation by another tab looks like another sign-in, and begins anew (rule 15). */
export function sessionsKeepTheirId({ plan }: World): boolean {
  return plan.ids === 'session-id'
}

/** I8: locks are never stolen, so with one that is never granted no refresh can begin (rule 4). */
export function lockGrants({ plan }: World): boolean {
  return plan.lock !== 'never'
}

/*
 * I6, not asked by a function: which session a call belongs to is settled when the store answers. A sign-in in another tab that
 * lands between the beginning of a call and that answer counts; one in the same tab never does.
 */
