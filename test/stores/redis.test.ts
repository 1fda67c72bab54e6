import { redisStore } from 'authenticated-client/redis'
import { expect, it } from 'vitest'

const client = { eval: async () => null, evalSha: async () => null, duplicate() {} }

it.each([5, 99, 0, -1, 1.5, Number.NaN])('refuses a lease of %s, which was meant in seconds, or is no number of milliseconds', (lease) => {
  expect(() => redisStore(client, 'my-app', { lease })).toThrow(/^`lease` must be a whole number of milliseconds.*at least 100/)
})

it.each([0, -1, 1.5, Number.NaN])('refuses a time to live of %s', (timeToLive) => {
  expect(() => redisStore(client, 'my-app', { timeToLive })).toThrow(/^`timeToLive` must be a whole number of milliseconds, such as 5_000$/)
})

it('treats null as an absent option', () => {
  expect(() => redisStore(client, 'my-app', { lease: null, timeToLive: null, encryptionKey: null, hints: null } as never)).not.toThrow()
})

it.each([
  ['bob', '{bob}'],
  ['bob:', '{bob}'],
  ['bob', '{bob}:'],
  ['{bob', '{{bob}'],
])('keeps %s and %s apart: whoever chooses such a name gets no other session', async (one, other) => {
  const keys: string[] = []
  const listing = {
    ...client,
    async eval(_script: string, { keys: [key = ''] }: { keys: string[] }) {
      keys.push(key)
      return null
    },
  }

  await redisStore(listing, one).read()
  await redisStore(listing, other).read()

  expect(new Set(keys).size).toBe(2)
})
