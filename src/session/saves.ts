import { StorageError } from '../errors/storage-error'
import { inTurn } from '../platform/in-turn'
import { after, type MaybePromise } from '../platform/maybe-promise'
import { isSameSignIn } from '../tokens/session-identity'
import { type StoredSession, sameTokens, spendable, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { Memory } from './memory'
import type { Phase } from './phase'
import { givesWay, type Unsaved } from './reconcile'
import type { StoreAccess } from './store-access'
import type { Superseded } from './superseded'

/** The way from memory to the store: what is owed, and one write after the other until nothing is. */
export interface Saves {
  /** What is owed; whoever changes memory sets it. */
  owed: Unsaved | undefined
  /** What is owed takes the place of these tokens: until it is saved they count as ours. */
  replace(tokens: StoredSession, signsOut?: boolean): void
  readonly isWriting: boolean
  /** Until the store holds what memory holds, or memory has taken over what the store shows. */
  save(): Promise<void>
  /** Now it is known what is owed a place that was not read before. */
  writeOver(read: StoredSession | null): void
  /** Saves what is still owed, unless somebody is at it, or others put back for ever what it is written over. */
  resume(): void
  /** Writes go one after the other: a slow save of an old pair must not land on top of a newer one's. */
  inTurn<Result>(write: () => Promise<Result>): Promise<Result>
  /** Resolves when every write that is under way has come to its end. */
  landed(): Promise<void>
}

const mostSwaps = 16
/** How often one and the same is written again where others put back what it was written over. */
const mostRestored = 8

/**
 * @param found hears what the store holds before it is written over.
 * @param look @param take @param discard as the session's.
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
  // Which phase was written last, and how often: two clients that each take the other's pair for the older one would write for ever.
  let written: { readonly phase: Phase; readonly times: number } | undefined
  let replaced: string[] = []
  const takeTurn = inTurn()

  const lookAgain = (): void => void (async () => look())().catch(() => {})

  const swap = (expected: StoredSession | null): MaybePromise<boolean> => {
    const { held } = memory.phase
    // A write that was given up may land all the same, over something newer: then what we hold has to be written once more.
    const landed = (isTaken: unknown): void => {
      if (isTaken !== false) saves.owed ??= { behind: held ?? null }
      lookAgain()
    }
    if (held) return store.write(held, expected, landed)
    // `logout()` ends our session, not the one that somebody else has signed in to meanwhile.
    const { dead } = memory.phase
    const isOurs = expected && (superseded.has(spendable(expected)) || superseded.has(expected.sessionId))
    if (!expected || (!isOurs && dead && isSameSignIn(dead, expected) === false)) return true
    return after(store.write(null, expected, landed), (isTaken) => {
      // What others have rotated the session to since it was seen here: that is what a server goes on taking.
      if (isTaken !== false && superseded.retire(expected)[0] === spendable(expected)) discard(tokenSetOf(expected))
      return isTaken
    })
  }

  const saveAll = async (): Promise<void> => {
    let tried: Phase | undefined
    let refused: { readonly phase: Phase; readonly behind: StoredSession | null } | undefined
    try {
      for (let swaps = 0; swaps < mostSwaps && saves.owed; swaps++) {
        const before = memory.phase
        tried = before
        const { overlooked } = saves.owed
        const expected = saves.owed.behind === undefined || saves.owed.force ? await store.read() : saves.owed.behind
        found(expected)
        if (memory.phase !== before) continue
        // Which of two reads at once is the older one, a third one tells.
        if (saves.owed && saves.owed.overlooked !== overlooked && !sameTokens(saves.owed.overlooked, expected)) continue
        if (saves.owed && saves.owed.behind === undefined) saves.writeOver(expected)
        const { held } = before
        if (saves.owed && givesWay(held, expected, saves.owed)) {
          saves.owed = { behind: saves.owed.behind }
          take(expected)
          continue
        }
        // It said no, and shows what it showed before: it won't take it now.
        if (refused?.phase === before && sameTokens(refused.behind, expected)) break
        refused = { phase: before, behind: expected }
        let isTaken = false
        try {
          isTaken = (await swap(expected)) !== false
        } finally {
          // A read that overlapped says what was, also where the write has landed and says that it failed.
          memory.outdate()
        }
        if (memory.phase !== before) continue
        if (isTaken) {
          written = { phase: before, times: written?.phase === before ? written.times + 1 : 1 }
          const isOverlooked = saves.owed?.overlooked !== undefined
          saves.owed = undefined
          // Once a sign-in is saved, the session before may come back by another tab; after a sign-out it may not.
          if (held) superseded.forget(replaced)
          replaced = []
          if (isOverlooked) lookAgain()
        } else if (!saves.owed?.force) await look()
      }
      if (saves.owed)
        store.failed('write', new StorageError('The store did not take the tokens: they stay in memory until the next call saves them'))
    } finally {
      // From here on a sign-in by somebody else counts again.
      const { behind } = (refused?.phase === memory.phase ? refused : saves.owed) ?? {}
      if (saves.owed?.force && tried === memory.phase && behind !== undefined) saves.owed = { behind }
    }
  }

  const saves: Saves = {
    owed: undefined,
    replace: (tokens, signsOut) => void replaced.push(...superseded.retire(tokens, signsOut)),
    get isWriting() {
      return writing > 0
    },
    inTurn(write) {
      writing++
      return takeTurn(write).finally(() => writing--)
    },
    save: () => saves.inTurn(saveAll),
    landed: () => takeTurn(async () => {}),
    writeOver(read) {
      saves.owed = { ...saves.owed, behind: read }
      // Until that is done it is not somebody else's; what a read shows beside it is.
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
