import type { TokenFamily } from 'authenticated-client/testing'
import type { Tab } from './tab'
import type { World } from './world'

/** One promise that no client can keep in some worlds. */
interface Excuse {
  /** The invariants whose checks ask for this excuse (`test/catalogue/rules.md` explains each). */
  readonly invariant: string
  /** In which worlds it applies. A fault counts where it has happened, not where the plan merely allows it. */
  readonly where: string
  /** Why no client could do better there. */
  readonly because: string
  readonly applies: (world: World, ...about: never[]) => boolean
}

/**
 * All that is excused, and nothing more. A check asks for a row only after it has found something wrong, and the simulation prints how
 * often each row was used.
 */
export const excuses = {
  'tabs are not apart': {
    invariant: 'I1, I2 between two tabs; I8',
    where:
      'the two share no lock; or their lock is broken, or was refused, hung or lost; or a foreign writer, which takes no lock, was at work',
    because: 'Nothing keeps them apart. A lock that is refused must not cost the session: the refresh goes on without it (F53).',
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
    because:
      'A lock is named after the session. The tab that signed in names it by the id that it minted, until it reads the store; the others by what the store shows.',
    applies: ({ plan, happened }: World) =>
      plan.ids !== 'session-id' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'the rotation was not saved': {
    invariant: 'I2 between two tabs; I8 of a third tab, whose session the server ends when the consumed token is presented',
    where: 'a write or a read has failed, or a tab was killed or frozen',
    because:
      'The lock is kept for 10 s at most while a rotation is being saved. One that could not be saved in that time, or that died with its tab, is known to nobody else (F31).',
    applies: ({ happened }: World) => ['write', 'read', 'kill', 'freeze'].some((event) => happened.has(event)),
  },
  'writes are no swaps': {
    invariant:
      'I5, I10, I11; I8 of a tab that has heard that its session ended, or that saves again, only when called, what its own late write had overwritten, or whose session another save has replaced during the call',
    where:
      'callbacks or a storage that answer asynchronously, unless one client has them for itself and nothing has failed; or whose reads lag behind; or a foreign writer',
    because: 'Such a store cannot compare and swap: between the read and the save anything may happen unseen (rule 3).',
    applies: writesAreNoSwaps,
  },
  'the store went back': {
    invariant: 'I2, I9',
    where:
      'in a world without swaps, an older pair was written over a newer one of the same session; or the session was replaced by another, or cleared and then written again',
    because: 'A tab that reads the store then cannot know which of two pairs is the older.',
    applies: (world: World, family: TokenFamily | undefined) => {
      const { cell, ledger } = world
      const wasAway = family !== undefined && (ledger.replaced.has(family) || ledger.savedAgain.has(family))
      return writesAreNoSwaps(world) && (cell.hasGoneBack || wasAway)
    },
  },
  'reads lag behind': {
    invariant: 'I2, I8, I9',
    where:
      'several tabs, a foreign writer, or an app that signs in and out itself, where each tab reads a copy of its own that follows the store late',
    because: 'Even the read under the lock may show what was there before. One tab alone, whose own copy lags, is not excused.',
    applies: ({ plan, tabs, happened }: World) =>
      plan.store === 'plain-lagging' && (tabs.length > 1 || happened.has('foreign') || happened.has('app')),
  },
  'its sign-in is being saved': {
    invariant: 'I1 in one tab, I2, I9',
    where: 'the store drops the `sessionId`, tokens say `sub` at most, and a sign-in of this tab is not saved yet',
    because: 'The sign-in will overwrite what the store shows, and nothing tells a rotation of its pair from one of the previous pair.',
    applies: ({ plan, happened }: World, tab: Tab) =>
      (/^(jwt-sub|none)$/.test(plan.ids) || (happened.has('foreign') && plan.foreign === 'keeps its own fields')) &&
      (tab.signInsRunning > 0 || tab.unsavedSignIns.size > 0),
  },
  'writes say what they did not do': {
    invariant: 'I10; I2 and I9 of what was cleared and then written again; I8 of a tab that has heard that that had ended',
    where: 'a write landed though it failed, lagged, hung or answered `false`',
    because: 'The client must believe that it did not land, and writes again when the store shows what it showed before.',
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
    because: 'To the client, what comes back is another session, with a refresh of its own.',
    applies: (world: World, family: TokenFamily, tab: Tab) =>
      world.ledger.broughtBack.has(family) ||
      (tab.hasLoggedOut && world.ledger.loggedOut.has(family)) ||
      (tab.unsavedSignIns.size > 0 && tab.replaced.has(family)) ||
      (writesAreNoSwaps(world) && (world.ledger.cleared.has(family) || world.ledger.replaced.has(family))),
  },
  'it was brought back': {
    invariant: 'I10 after a logout while restoring; I5 of a tab that stays ended though the store holds the session again',
    where: 'a foreign writer put back a session that the store no longer held',
    because: 'With another refresh token that begins the session anew; with the very same one it stays ended (rule 15).',
    applies: ({ ledger }: World, family: TokenFamily | undefined) => family !== undefined && ledger.broughtBack.has(family),
  },
  'a sign-in was saved late': {
    invariant: 'I8',
    where: 'a sign-in of another tab, which could not be saved at first, replaces the session of a call while the call runs',
    because: 'It is saved again when its tab gets a hint or a call: from then on the store shows its session (rule 5).',
    applies: ({ tabs }: World, tab: Tab, family: TokenFamily | undefined) =>
      tabs.some((other) => other !== tab && family !== undefined && other.unsavedSignIns.has(family)),
  },
  'what a person gave is being saved': {
    invariant: 'I2, I9, I10, I11',
    where: 'the pair that a person gave in a step-up is not saved yet',
    because: 'It is no rotation of what the store shows, neither older nor newer, and will overwrite that.',
    applies: ({ cell }: World, tab: Tab, refreshToken: string) => tab.given.has(refreshToken) && !cell.held.has(refreshToken),
  },
  'sign-ins look alike': {
    invariant:
      'I6 of a safe call, or of one sent with what a step-up gave; I8 of an unsafe call; I2 inside a cool-down, once somebody else has signed in here, or the session was over',
    where: 'neither a `sessionId` nor `sid` is stored',
    because: 'Rule 2: where nothing tells two sign-ins apart, safe calls go on with whatever pair there is, unsafe ones are refused.',
    applies: ({ plan, happened }: World) =>
      plan.ids === 'jwt-sub' || plan.ids === 'none' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'two sign-ins of one user are one': {
    invariant: 'I6, I8, I10, I11',
    where: 'the JWTs say `sub` and no `sid`',
    because: 'Rule 2 compares them by `sub`, which is the same, and takes them for one session.',
    applies: ({ plan }: World, one: TokenFamily | undefined, other: TokenFamily | undefined) =>
      plan.ids === 'jwt-sub' && one !== undefined && one.sub === other?.sub,
  },
  'a rotation looks like a sign-in': {
    invariant: 'I10 after a logout',
    where: 'no `sessionId` is stored',
    because:
      'Where another tab rotates the session that this one has signed out of, the store shows another refresh token, which begins a session anew (rule 15).',
    applies: ({ plan, happened }: World) =>
      plan.ids !== 'session-id' || (happened.has('foreign') && plan.foreign === 'keeps its own fields'),
  },
  'a person answered late': {
    invariant: 'I10 after a logout',
    where: 'the app passed to `setTokens` what a person gave in a step-up of that session',
    because: 'Once nobody waits for the answer, a set without an id begins a session anew, whoever has signed out of the one before.',
    applies: (world: World, family: TokenFamily | undefined) =>
      world.plan.stepUp === 'sets' && world.tabs.some(({ given }) => [...given].some((token) => world.ownerOf(token) === family)),
  },
  'the lock is never granted': {
    invariant: 'I8',
    where: 'the lock never answers',
    because: 'Locks are never stolen, so no refresh can begin (rule 4).',
    applies: ({ plan }: World) => plan.lock === 'never',
  },
  'it left before it knew of what': {
    invariant: 'I8, I11',
    where:
      'this tab signed out while restoring, while anonymous on a store that takes its time, or before it could read the store at all; for I8 and I11 also another tab, once this one has cleared its session',
    because: 'Such a sign-out means whatever the store shows first, even if somebody has signed in before it answered.',
    applies: (_: World, tab: Tab) => tab.hasLeftUnseen,
  },
  'its own sign-in died unsaved': {
    invariant: 'I8',
    where: 'a sign-in of this tab was not saved, and none of its refresh tokens that the tab was given is alive any more',
    because: 'Until it is saved, what the tab holds counts and not what the store shows: the session that ends is its own.',
    applies: (_: World, tab: Tab) => [...tab.unsavedSignIns].some((family) => !tab.wire.hasLive(family)),
  },
} as const satisfies Record<string, Excuse>

function writesAreNoSwaps({ plan, happened, tabs }: World): boolean {
  const isAlone = tabs.length === 1 && !happened.has('app')
  // One client alone, whose store keeps to its time, knows the order of its own writes; not that of what its app clears by itself.
  const isKnown = isAlone && !plan.clearsInOnLogout && !['write', 'read', 'kill', 'freeze'].some((event) => happened.has(event))
  return (
    (/^(plain-async|async-storage)$/.test(plan.store) && !isKnown) ||
    (plan.store === 'plain-lagging' && !isAlone) ||
    happened.has('foreign')
  )
}

/** Whether a row applies here; counted, so that nobody keeps an excuse that nothing needs. */
export function excused<Name extends keyof typeof excuses>(name: Name, ...about: Parameters<(typeof excuses)[Name]['applies']>): boolean {
  const [world] = about
  const applies = (excuses[name].applies as (...about: unknown[]) => boolean)(...about)
  if (applies) (world as World).count(`excuse: ${name}`)
  return applies
}

/*
 * No excuse, but a definition: which session a call belongs to is settled when the store answers. A sign-in in another tab between the
 * beginning of the call and that answer counts; one in the same tab never does.
 */
