import { StorageError } from '../errors/storage-error'
import { inTurn } from '../platform/in-turn'
import { after, type MaybePromise } from '../platform/maybe-promise'
import { isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Phase } from './phase'
import { givesWay, reconcile, type Unsaved } from './reconcile'
import type { StoreAccess } from './store-access'
import type { Superseded } from './superseded'

/** The way from memory to the store: what the store still has to be told, and one write after another until it knows. */
export interface Saves {
  /** What the store still has to be told, if anything. Whoever changes memory sets it. */
  owed: Unsaved | undefined
  /**
   * What is owed takes the place of these tokens: until it is saved, the store may go on showing them, and they are not another sign-in.
   * @param signsOut they are signed out of: nothing under their session id comes back either.
   */
  replace(tokens: StoredSession, signsOut?: boolean): void
  /** Whether a write is under way, or waits for its turn. */
  readonly isWriting: boolean
  /** What is owed, as far as a read may change that: what is on its way to the store may land all the same, and gives way to nobody. */
  readonly unsaved: Unsaved | undefined
  /**
   * Writes until the store holds what memory holds, or memory has taken over what the store shows.
   * @throws {StorageError} the store failed, or did not take it: it stays owed.
   */
  save(): Promise<void>
  /**
   * Clears the store of the session that is over, unless it shows another one by now.
   * @returns `false` where it does. @throws {StorageError} the store failed.
   */
  clear(dead: StoredSession): MaybePromise<boolean>
  /** For what was owed before the store had been read: now it has been, and `read` is what will be written over. */
  writeOver(read: StoredSession | null): void
  /** Saves in the background what is still owed, unless a write is under way already, or `mostRestored` is reached. */
  resume(): void
  /** Runs one write after another: a slow save of an old pair must not land on top of a newer pair. */
  inTurn<Result>(write: () => Promise<Result>): Promise<Result>
  /** Resolves when every write that is under way has settled. */
  landed(): Promise<void>
}

/** How often one save tries: others may write between its read and its write each time. */
const mostSwaps = 16
/** How often the same tokens are written where others keep putting back older ones: two such clients would write for ever. */
const mostRestored = 8

/**
 * @param found hears what the store holds, before anything is written over it.
 * @param look reads the store, and takes what it shows.
 * @param take makes what was read the session of this client, or decides that it is not.
 * @param discard gets tokens that nobody will use any more.
 */
export function createSaves(
  store: StoreAccess,
  memory: Memory,
  superseded: Superseded,
  found: (read: StoredSession | null) => void,
  look: () => MaybePromise<Phase>,
  take: (read: StoredSession | null) => Phase,
  discard: (tokens: TokenSet | null) => void,
): Saves {
  let writing = 0
  /** Whether the store has been asked to write, and has not answered. */
  let isLanding = false
  /** The phase that was written last, and how often: see `mostRestored`. */
  let written: { readonly phase: Phase; readonly times: number } | undefined
  /** What `replace` has made known: forgotten again once its successor is saved. */
  let replaced: string[] = []
  const takeTurn = inTurn()

  const lookAgain = (): void => void (async () => look())().catch(() => {})

  const write = (next: StoredSession | null, expected: StoredSession | null): MaybePromise<boolean> =>
    // A write that we gave up waiting for may still land, over something newer: then what we hold has to be written once more.
    store.write(next, expected, (isTaken) => {
      if (isTaken !== false) saves.owed ??= { behind: next }
      lookAgain()
    })

  const swap = (expected: StoredSession | null): MaybePromise<boolean> => {
    const { held } = memory.phase
    if (held) return write(held, expected)
    // Nothing is held: the store is to forget the session that is over, but not one that somebody else has signed in to meanwhile.
    const { dead } = memory.phase
    const isOurs = expected && (superseded.has(spendable(expected)) || superseded.has(expected.sessionId))
    if (!expected || (!isOurs && dead && isSameSignIn(dead, expected) === false)) return true
    return after(write(null, expected), (isTaken) => {
      const [unseen] = isTaken === false ? [] : superseded.retire(expected)
      // A refresh token that we had not seen: others have rotated to it. The server would go on taking it, so it is revoked.
      if (unseen === spendable(expected)) discard(tokenSetOf(expected))
      return isTaken
    })
  }

  const saveAll = async (): Promise<void> => {
    /** What the last round wanted to save. */
    let tried: Phase | undefined
    /** What was written last, and over what: the store may say no to it. */
    let attempt: { readonly phase: Phase; readonly behind: StoredSession | null } | undefined
    try {
      for (let swaps = 0; swaps < mostSwaps && saves.owed; swaps++) {
        const before = memory.phase
        tried = before
        const { overlooked, behind, force } = saves.owed
        // Where nothing is held, nobody having been there before says nothing of who is there now: a sign-in may have landed since.
        const isKnown = behind !== undefined && !force && (before.held || behind)
        const expected = isKnown ? behind : await store.read()
        found(expected)
        if (memory.phase !== before) continue // Begin again with what it holds now.
        // Another read has come in beside this one, and shown something else. Which of them is the older one, a third one tells.
        if (saves.owed && saves.owed.overlooked !== overlooked && !sameTokens(saves.owed.overlooked, expected)) continue
        if (saves.owed && saves.owed.behind === undefined) saves.writeOver(expected)
        const { held } = before
        // Also what others have made of this very sign-in: it has landed, though the store said no (F45, I2).
        const isTheirs = saves.owed && /^(adopt|begin)$/.test(reconcile(before, expected, saves.owed, superseded))
        if (saves.owed && (isTheirs || givesWay(held, expected, saves.owed))) {
          const { owed } = saves
          // `take` decides without force, as it does for any read; where that finds nothing newer, ours is written all the same.
          saves.owed = { behind: owed.behind }
          take(expected)
          if (memory.phase !== before || !saves.owed) continue
          saves.owed = owed
        }
        // It said no to this very swap, and shows what it showed then: it would say no again.
        if (attempt?.phase === before && sameTokens(attempt.behind, expected)) break
        attempt = { phase: before, behind: expected }
        let isTaken = false
        isLanding = true
        try {
          isTaken = (await swap(expected)) !== false
        } finally {
          isLanding = false
          // A read that overlapped this write may show what was before it; so too if the write failed, for it may have landed.
          memory.outdate()
        }
        if (memory.phase !== before) {
          // The sign-in is saved, and was rotated meanwhile: a rotation goes over no sign-in or sign-out that others have made since.
          const isSaved = (saves.owed?.since ?? Infinity) <= before.generation
          // Nothing may be owed, where what others have made of it was read meanwhile; a store that can't compare has it over theirs.
          const isOwed = isTaken && (saves.owed ?? !sameTokens(memory.phase.held, held))
          if (isOwed) saves.owed = { ...(!isSaved && saves.owed), behind: held ?? null }
          continue
        }
        if (isTaken) {
          written = { phase: before, times: written?.phase === before ? written.times + 1 : 1 }
          const wasOverlooked = saves.owed?.overlooked !== undefined
          saves.owed = undefined
          // Once a sign-in is saved, the session that it replaced may be signed in to again, in another tab; after a sign-out it may not.
          if (held) superseded.forget(replaced)
          replaced = []
          if (wasOverlooked) lookAgain()
        } else if (!saves.owed?.force) await look()
      }
      if (saves.owed)
        store.failed('write', new StorageError('The store did not take the tokens: they stay in memory until the next call saves them'))
    } finally {
      // Not saved after all: it stays owed, or what a refresh has made of it since, but no longer by force (a sign-in elsewhere counts).
      // Unless it was only read for, and has a save of its own to come.
      const { force, since = Infinity } = saves.owed ?? {}
      const last = writing > 1 ? attempt?.phase : tried
      const isOfTried = last === memory.phase || since <= (last?.generation ?? 0)
      const { behind } = (attempt?.phase === memory.phase ? attempt : saves.owed) ?? {}
      if (force && isOfTried && behind !== undefined) saves.owed = { behind }
    }
  }

  const saves: Saves = {
    owed: undefined,
    replace: (tokens, signsOut) => void replaced.push(...superseded.retire(tokens, signsOut)),
    get isWriting() {
      return writing > 0
    },
    get unsaved() {
      const { owed } = saves
      return owed && isLanding ? { ...owed, yields: false, overlooked: undefined } : owed
    },
    inTurn(write) {
      writing++
      return takeTurn(write).finally(() => writing--)
    },
    save: () => saves.inTurn(saveAll),
    clear: (dead) => write(null, dead),
    landed: () => takeTurn(async () => {}),
    writeOver(read) {
      saves.owed = { ...saves.owed, behind: read }
      // Until it is written over, seeing it again is no sign-in by somebody else; anything else would be one.
      const { held } = memory.phase
      if (read && !sameTokens(read, held)) saves.replace(read, !held)
    },
    resume() {
      const { phase } = memory
      const isContested = written?.phase === phase && written.times > mostRestored
      if (saves.owed && !writing && !isContested) saves.save().catch(() => {})
    },
  }
  return saves
}
