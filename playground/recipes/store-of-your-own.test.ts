import { AuthenticatedClient, localLock, type StoredSession } from 'authenticated-client'
import { authorizationServer, storeConformance, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { type Rows, rowStore } from './store-of-your-own'

describe('rowStore', () => {
  storeConformance({ create: () => rowStore(table(), 'ada'), it, expect })

  it('lets two processes that share a lock spend a refresh token once, where the server ends a session that spends one twice', async () => {
    const login = authorizationServer({ reuse: 'revoke', overlap: 0 })
    const rows = table()
    await rows.put('ada', login.signIn(), 0)
    const lock = { ...localLock(), coordination: 'fleet' as const }
    const [one, two] = [0, 1].map(() => {
      return new AuthenticatedClient({
        tokenEndpoint: login.tokenEndpoint,
        clientId: 'web',
        fetch: testFetch(login),
        store: rowStore(rows, 'ada', lock),
      })
    }) as [AuthenticatedClient, AuthenticatedClient]

    await Promise.all([one.refresh(), two.refresh()])

    expect([login.refreshes, login.reuses, one.coordination]).toEqual([1, 0, 'fleet'])
    expect(await one.getAccessToken()).toBe(await two.getAccessToken())
  })
})

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
