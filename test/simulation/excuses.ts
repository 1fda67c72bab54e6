import type { TokenFamily } from 'authenticated-client/testing'
import type { Tab } from './tab'
import type { World } from './world'

/** One promise that a world can't keep. */
interface Excuse {
  /** Whose check asks. */
  readonly invariant: string
  /** What the world lacks. Where it happened in this world is looked at, not what its plan merely allows. */
  readonly where: string
  readonly because: string
  readonly applies: (world: World, ...about: never[]) => boolean
}

/**
 * All that is excused, and nothing more: each row is asked by the check of its invariant, once that has found something, and the
 * simulation prints how often each was used.
 */
export const excuses = {
  'tabs are not apart': {
    invariant: 'I1, I2 between two tabs; I8',
    where: 'no lock is shared by the two, or it was refused, hung, lost or is broken; or a foreign writer holds none',
    because: 'Nobody keeps them apart. A lock that refuses must not take the session with it: the refresh goes on without (F53).',
    applies: ({ plan, happened }: World, one: Tab, other: Tab) => {
      if (happened.has('foreign')) return true
      if (plan.lock === 'process') return one.process !== other.process
      if (plan.lock !== 'shared' && plan.lock !== 'lease') return true
      return ['lock refused', 'lock hang', 'lock lost'].some((fault) => happened.has(fault))
    },
  },
  'tabs know it by another name': {
    invariant: 'I1 between two tabs',
    where: 'the store drops the `sessionId`',
    because: 'The tab that signed in names the lock by the id it minted until it has read the store; the others by what that shows.',
    applies: ({ plan, happened }: World) =>
      plan.ids !== 'session-id' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'the rotation was not saved': {
    invariant: 'I2 between two tabs; I8 of a third one whose session the server ends for it',
    where: 'a write or a read has failed, or a tab was killed or frozen',
    because:
      'A rotation that its tab could not save within the 10 s for which the lock is kept, or that died with it, is known to nobody else (F31).',
    applies: ({ happened }: World) => ['write', 'read', 'kill', 'freeze'].some((event) => happened.has(event)),
  },
  'writes are no swaps': {
    invariant:
      'I5, I10, I11; I8 of a tab that has heard the end, or that saves only with the call what its own late write had taken away, or whose session a save has replaced during the call',
    where: 'callbacks or a storage that answer later, or whose answer lags behind; or a foreign writer',
    because: 'Between the look and the save anything may happen, and nothing can tell (rule 3).',
    applies: writesAreNoSwaps,
  },
  'the store went back': {
    invariant: 'I2, I9',
    where:
      'an older pair was written over a newer one of the same session, or another session over it, or the same pair once more where it had been cleared, in a world without swaps',
    because: 'Who meets it first can not know which of two pairs is the older.',
    applies: (world: World, family: TokenFamily | undefined) => {
      const { cell, ledger } = world
      const wasAway = family !== undefined && (ledger.replaced.has(family) || ledger.savedAgain.has(family))
      return writesAreNoSwaps(world) && (cell.hasGoneBack || wasAway)
    },
  },
  'reads lag behind': {
    invariant: 'I2, I8, I9',
    where: 'several tabs, or a foreign writer, and a state of each tab’s own that follows the others later',
    because: 'The look under the lock shows what was. One tab alone, whose own state lags, is excused nothing.',
    applies: ({ plan, tabs, happened }: World) => plan.store === 'plain-lagging' && (tabs.length > 1 || happened.has('foreign')),
  },
  'its sign-in is being saved': {
    invariant: 'I1 in one tab, I2, I9',
    where: 'the store drops the `sessionId`, tokens say `sub` at most, and a sign-in of this tab is not saved yet',
    because: 'What the store shows is to be overwritten, and nothing tells a rotation of the new pair from one of the pair before.',
    applies: ({ plan, happened }: World, tab: Tab) =>
      (/^(jwt-sub|none)$/.test(plan.ids) || (happened.has('foreign') && plan.foreign === 'keeps its own fields')) &&
      (tab.signInsRunning > 0 || tab.unsavedSignIns.size > 0),
  },
  'writes say what they did not do': {
    invariant: 'I10; I8 of a tab that has heard the end of what is written again',
    where: 'a write landed though it failed, lagged, hung, or said `false`',
    because: 'It is done again when the store shows again what it showed before.',
    applies: ({ plan, happened }: World) => {
      const liars = ['write throw-after', 'write hang-after', 'write hang-before', 'write lag', 'write says-false']
      // A plain save is followed by a read: where that fails, the save has failed.
      return (plan.store.startsWith('plain') ? [...liars, 'read'] : liars).some((fault) => happened.has(fault))
    },
  },
  'its session was away': {
    invariant: 'I1 in one tab',
    where:
      'while it refreshed, its session was ended or replaced, and came back: by a foreign writer, by a tab that saved its rotation where writes are no swaps, because what had replaced it could not be saved, or with another refresh token after a logout (rule 15)',
    because: 'What comes back is another session to the client, and has a flight of its own.',
    applies: (world: World, family: TokenFamily, tab: Tab) =>
      world.ledger.broughtBack.has(family) ||
      (tab.hasLoggedOut && world.ledger.loggedOut.has(family)) ||
      (tab.unsavedSignIns.size > 0 && tab.replaced.has(family)) ||
      (writesAreNoSwaps(world) && (world.ledger.cleared.has(family) || world.ledger.replaced.has(family))),
  },
  'it was brought back': {
    invariant: 'I10 after a logout while restoring; I5 of who has heard nothing new',
    where: 'a foreign writer put a session back that the store had lost, or held no more',
    because: 'Another refresh token begins it anew; the very same one does not, and it stays ended (rule 15).',
    applies: ({ ledger }: World, family: TokenFamily | undefined) => family !== undefined && ledger.broughtBack.has(family),
  },
  'a sign-in was saved late': {
    invariant: 'I8',
    where: 'a sign-in of another tab that could not be saved takes the place of the call’s session while the call runs',
    because: 'It is saved again when its tab hears or calls: from then on the store shows its session (rule 5).',
    applies: ({ tabs }: World, tab: Tab, family: TokenFamily | undefined) =>
      tabs.some((other) => other !== tab && family !== undefined && other.unsavedSignIns.has(family)),
  },
  'what a person gave is being saved': {
    invariant: 'I2, I9, I10, I11',
    where: 'the pair that a step-up gave is not saved yet',
    because: 'It is beside what the store shows, neither before it nor after it, and is to be written over that.',
    applies: ({ cell }: World, tab: Tab, refreshToken: string) => tab.given.has(refreshToken) && !cell.held.has(refreshToken),
  },
  'sign-ins look alike': {
    invariant: 'I6 of a safe call, or with what a step-up gave; I8 of an unsafe one; I2 of a cool-down, once another has signed in here',
    where: 'neither a `sessionId` nor `sid` is stored',
    because: 'Rule 2: where nothing tells two sign-ins apart, safe calls go on with whatever pair there is, unsafe ones are refused.',
    applies: ({ plan, happened }: World) =>
      plan.ids === 'jwt-sub' || plan.ids === 'none' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'two sign-ins of one user are one': {
    invariant: 'I6, I8, I10, I11',
    where: 'the JWTs say `sub` and no `sid`',
    because: 'The same source says the same: rule 2 takes them for one session.',
    applies: ({ plan }: World, one: TokenFamily | undefined, other: TokenFamily | undefined) =>
      plan.ids === 'jwt-sub' && one !== undefined && one.sub === other?.sub,
  },
  'a rotation looks like a sign-in': {
    invariant: 'I10 after a logout',
    where: 'no `sessionId` is stored',
    because: 'Another tab rotates what this one has signed out of: another refresh token in the store begins anew (rule 15).',
    applies: ({ plan, happened }: World) =>
      plan.ids !== 'session-id' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'the lock is never granted': {
    invariant: 'I8',
    where: 'the lock never answers',
    because: 'Locks are never stolen: no refresh can begin (rule 4).',
    applies: ({ plan }: World) => plan.lock === 'never',
  },
  'it left before it knew of what': {
    invariant: 'I8, I11',
    where:
      'this tab signed out while restoring, or before it could read at all; I8 and I11 of another tab, too, once that has cleared its session',
    because: 'What the store shows first is what was meant, also where somebody has signed in before it answered.',
    applies: (_: World, tab: Tab) => tab.hasLeftUnseen,
  },
  'its own sign-in died unsaved': {
    invariant: 'I8',
    where: 'a sign-in of this tab was not saved, and no refresh token of it that the tab was given is alive any more',
    because: 'What the tab holds goes before what the store shows until it is saved; its end is this session’s own.',
    applies: (_: World, tab: Tab) => [...tab.unsavedSignIns].some((family) => !tab.wire.hasLive(family)),
  },
} as const satisfies Record<string, Excuse>

function writesAreNoSwaps({ plan, happened, tabs }: World): boolean {
  const isAlone = tabs.length === 1
  return /^(plain-async|async-storage)$/.test(plan.store) || (plan.store === 'plain-lagging' && !isAlone) || happened.has('foreign')
}

/** Whether a row applies here; counted, so that nobody keeps an excuse that nothing needs. */
export function excused<Name extends keyof typeof excuses>(name: Name, ...about: Parameters<(typeof excuses)[Name]['applies']>): boolean {
  const [world] = about
  const applies = (excuses[name].applies as (...about: unknown[]) => boolean)(...about)
  if (applies) (world as World).count(`excuse: ${name}`)
  return applies
}

/*
 * Not asked by a row: which session a call belongs to is settled when the store answers. A sign-in in another tab that lands between
 * the beginning of a call and that answer counts; one in the same tab never does.
 */
