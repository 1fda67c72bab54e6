import { bearer, memoryStore, type TokenStore } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { expired, me, passing, refusedOnce, signedIn, type World } from '../requests/world'

// A sign-in or a sign-out may come between any two turns of the event loop's microtask queue: here it comes between each two of them.
const turns = Array.from({ length: 120 }, (_, turn) => turn)

/** The same store, asynchronous. */
function late(store: TokenStore = memoryStore()): TokenStore {
  return { ...store, read: async () => store.read(), write: async (next, expected) => store.write(next, expected) }
}

/** Signs proofs, say: it takes its time to attach. */
const lateScheme = { ...bearer(), attach: async (...given: Parameters<ReturnType<typeof bearer>['attach']>) => bearer().attach(...given) }

const worlds: readonly (readonly [string, () => Promise<World>])[] = [
  ['whose token is good', () => signedIn({ store: late(), scheme: lateScheme })],
  ['whose token is spent', () => expired({ store: memoryStore() })],
  ['whose token is spent, in an asynchronous store', () => expired({ store: late() })],
  ['whose token is refused', () => refusedOnce({ store: memoryStore() })],
  ['whose token is refused, in an asynchronous store', () => refusedOnce({ store: late(), scheme: lateScheme })],
]

async function begin(make: () => Promise<World>, turn: number) {
  const world = await make()
  const call = world.client.fetch(me).then(
    ({ status }) => status,
    ({ name }: Error) => name,
  )
  for (let count = 0; count < turn; count++) await undefined
  return { ...world, call }
}

describe.each(worlds)('during a call %s', (_, make) => {
  it('nothing is sent for a session after it was signed out of (F39)', async () => {
    for (const turn of turns) {
      const { client, call, authorizations, clock } = await begin(make, turn)

      const sent = authorizations().length
      const left = client.logout()
      await passing(clock, call)
      await left

      expect([turn, authorizations().slice(sent)]).toEqual([turn, []])
      expect(client.state.status).toBe('ended')
    }
  })

  it('what was sent is answered by a status, whoever signs out meanwhile', async () => {
    for (const turn of turns) {
      const { client, call, authorizations, clock } = await begin(make, turn)

      const wasSent = authorizations().length > 0
      const left = client.logout()
      const outcome = await passing(clock, call)
      await left

      expect([turn, !wasSent || typeof outcome === 'number']).toEqual([turn, true])
    }
  })

  it('a sign-in keeps its tokens: none is spent or sent for the call of the one before (F40, A39)', async () => {
    for (const turn of turns) {
      const { client, call, login, authorizations, clock } = await begin(make, turn)
      const other = login.signIn()

      const sent = authorizations().length
      const signedIn = client.setTokens(other)
      await passing(clock, call)
      await signedIn

      expect([turn, authorizations().slice(sent)]).toEqual([turn, []])
      expect([turn, client.state.status, login.reuses]).toEqual([turn, 'authenticated', 0])
      await client.refresh()
      expect((await client.fetch(me)).status).toBe(200)
      expect(login.isSameSession(authorizations().at(-1)?.replace('Bearer ', ''), other.accessToken)).toBe(true)
    }
  })
})
