import type { StoredSession } from 'authenticated-client'
import { storeConformance } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { type Rows, rowStore } from './store-of-your-own'

describe('rowStore', () => storeConformance({ create: () => rowStore(table(), 'ada'), it, expect }))

function table(): Rows {
  const rows = new Map<string, { version: number; session: StoredSession | null }>()
  return {
    get: async (id) => rows.get(id),
    async put(id, session, ifVersion) {
      if ((rows.get(id)?.version ?? 0) !== ifVersion) return false
      rows.set(id, { version: ifVersion + 1, session })
      return true
    },
  }
}
