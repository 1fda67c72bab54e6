import { type StoredSession, sameTokens } from '../tokens/token-set'
import { errorOf } from './error-of'
import { pair, type StoreTest } from './store-test'

/** A storage that is corrupt, broken or silent. */
export const trouble: readonly StoreTest[] = [
  {
    title: 'rejects whoever reads or writes what is corrupt, never overwrites it, and quotes nothing (F44)',
    needs: 'spoil',
    async run({ store, expect, options }) {
      for (const text of ['canary', '{"version":1,"session":{"accessToken":"canary', '[]', '{"accessToken":["canary"]}']) {
        await options.spoil?.(store, text)

        for (const attempt of [
          () => store.read(),
          () => store.write(pair(1), null),
          () => store.write(pair(2), pair(1)),
          () => store.write(null, null),
          () => store.read(),
        ]) {
          const error = await errorOf((async () => attempt())())
          expect(error === undefined ? `answered over ${text}` : 'rejected').toBe('rejected')
          expect(wordsOf(error).includes('canary')).toBe(false)
        }
      }
    },
  },
  {
    title: 'rejects while its storage throws, rather than be signed out or say that it wrote, and has lost nothing (F32, F35)',
    needs: 'throws',
    async run({ store, expect, options }) {
      await store.write(pair(1), null)

      const mend = await options.throws?.(store)
      const failures = [
        await errorOf((async () => store.read())()),
        await errorOf((async () => store.write(pair(2), pair(1)))()),
        await errorOf((async () => store.write(null, pair(1)))()),
      ]
      await mend?.()

      expect(failures.map((error) => error !== undefined)).toEqual([true, true, true])
      expect(sameTokens(await store.read(), pair(1))).toBe(true)
      expect(await store.write(pair(2), pair(1))).toBe(true)
    },
  },
  {
    title: 'answers nothing while its storage hangs, and works again afterwards (F34)',
    needs: 'hangs',
    async run({ store, expect, options }) {
      await store.write(pair(1), null)

      const mend = await options.hangs?.(store)
      const answers: unknown[] = []
      const attempts = [async () => store.read(), async () => store.write(pair(2), pair(1))].map((attempt) =>
        attempt().then(
          (answer) => answers.push(answer),
          () => {},
        ),
      )
      for (let turn = 0; turn < 50; turn++) await null
      expect(answers).toEqual([])
      await mend?.()
      await Promise.all(attempts)

      const held = (await store.read()) as StoredSession
      expect(sameTokens(held, pair(1)) || sameTokens(held, pair(2))).toBe(true)
      expect(await store.write(pair(3), held)).toBe(true)
    },
  },
]

/** All that a log could show of it. The message of an engine's own SyntaxError, as a cause, quotes what can't be parsed. */
function wordsOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 5) return String(error)
  return Reflect.ownKeys(error)
    .map((key) => wordsOf(Object(error)[key], depth + 1))
    .join(' ')
}
