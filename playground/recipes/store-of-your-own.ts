// A store over anything that can write under a condition: here rows with a version, as databases have. `write` answers false where
// the row has moved on, and the client adopts what is there. `storeConformance` tests such a store; the test beside this file does.
import { type Lock, type StoredSession, sameTokens, type TokenStore } from 'authenticated-client'

export interface Rows {
  get(id: string): Promise<{ readonly version: number; readonly session: StoredSession | null } | undefined>
  /** Writes only while the row has that version (0: there is none yet), and says whether it did. */
  put(id: string, session: StoredSession | null, ifVersion: number): Promise<boolean>
}

/**
 * @param lock what all processes on that table share, such as an advisory lock of the database. Without it two of them may spend one
 * refresh token at once, and a server that detects reuse ends the session. Its `coordination` says how far it reaches.
 */
export const rowStore = (rows: Rows, id: string, lock?: Lock): TokenStore => ({
  read: async () => (await rows.get(id))?.session,
  async write(next, expected) {
    const row = await rows.get(id)
    return sameTokens(row?.session, expected) && rows.put(id, next, row?.version ?? 0)
  },
  // Under the row's name, too: one session doesn't wait for another.
  lock: lock && { hold: (name, task, options) => lock.hold(`${id} ${name}`, task, options) },
  coordination: lock?.coordination,
})
