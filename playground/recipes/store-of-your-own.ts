// A store over anything that can write under a condition: here rows with a version, as databases have. `write` answers false where
// the row has moved on, and the client adopts what is there. `storeConformance` tests such a store; the test beside this file does.
import { type StoredSession, sameTokens, type TokenStore } from 'authenticated-client'

export interface Rows {
  get(id: string): Promise<{ readonly version: number; readonly session: StoredSession | null } | undefined>
  /** Writes only while the row has that version (0: there is none yet), and says whether it did. */
  put(id: string, session: StoredSession | null, ifVersion: number): Promise<boolean>
}

export const rowStore = (rows: Rows, id: string): TokenStore => ({
  read: async () => (await rows.get(id))?.session,
  async write(next, expected) {
    const row = await rows.get(id)
    return sameTokens(row?.session, expected) && rows.put(id, next, row?.version ?? 0)
  },
})
