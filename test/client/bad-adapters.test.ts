import { type AuthenticatedClient, isAuthError } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { type Misdeed, misbehaving, misdeeds, type Part, parts } from './misbehaving.ts'
import { url, type World, watch, world } from './world.ts'

expectQuietProcess()

const methods = ['fetch', 'setTokens', 'getAccessToken', 'refresh', 'logout', 'dispose'] as const
const states = ['restoring', 'anonymous', 'fresh', 'refused', 'spent', 'ended'] as const

/** The longest that is promised: the lock's wait (3 × refreshTimeout), the exchange, and a save after it. */
const deadline = 45_000

describe.each(parts)('where %s', (part) => {
  it.each(misdeeds[part])('%s: every method settles in every state, with an error of ours or none (F31–F44, rule 7)', async (misdeed) => {
    for (const state of states) {
      for (const method of methods) await settles(part, misdeed, state, method)
    }
  })
})

async function settles(part: Part, misdeed: Misdeed, state: (typeof states)[number], method: (typeof methods)[number]): Promise<void> {
  const given = world()
  if (state === 'fresh' || state === 'ended') given.restore('fresh')
  if (state === 'refused' || state === 'restoring') given.restore('refused')
  if (state === 'spent') given.restore('expired')
  const adapter = misbehaving(given, part, misdeed)
  const client = given.client(adapter.options)
  if (state !== 'restoring')
    await given.inTime(
      client.getAccessToken().catch(() => {}),
      deadline,
    )
  if (state === 'ended') await given.inTime(client.logout())

  adapter.begin()
  const where = `${method} while ${state}`
  for (let time = 0; time < 2; time++) {
    const call = watch(invoke(given, client, method))
    await passes(given, call)
    expect(call.state, `${where} hangs`).not.toBe('pending')
    if (call.state === 'rejected') {
      // A scheme is part of the call: what it throws is the call's own error, as what `fetch` throws is.
      const isOurs = isAuthError(call.reason) || (method === 'dispose' && call.reason instanceof TypeError) || part.startsWith('scheme.')
      expect(isOurs, `${where} rejects with ${String(call.reason)}`).toBe(true)
    }
  }
  adapter.end()

  if (method !== 'dispose') {
    await given.inTime(client.setTokens({ ...given.login.signIn(), sessionId: 'another' }).catch(() => {}))
    await given.clock.advance(60_000)
    const after = await given.inTime(client.fetch(url))
    expect(after.status, `after ${where}`).toBe(200)
  }
  client.dispose()
  await given.clock.advance(60_000)
  expect(given.clock.sleeping, `${where} leaves sleepers`).toBe(0)
}

function invoke(given: World, client: AuthenticatedClient, method: (typeof methods)[number]): Promise<unknown> {
  if (method === 'fetch') return client.fetch(url, { method: 'POST', body: 'x' })
  if (method === 'setTokens') return client.setTokens(given.login.signIn())
  if (method !== 'dispose') return client[method]()
  const call = client.fetch(url)
  client.dispose()
  return call
}

async function passes({ clock }: World, call: { readonly state: string }): Promise<void> {
  await clock.advance(0)
  for (let passed = 0; call.state === 'pending' && passed < deadline; passed += 5_000) await clock.advance(5_000)
}
