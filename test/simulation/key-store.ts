import type { DpopKeyStore } from 'authenticated-client/dpop'
import type { ModelKey } from './proofs'
import type { Tab } from './tab'
import type { World } from './world'

/** What it fails with. */
export const lostKey = 'The key can not be reached'

/** The one place of a world's key, as a tab reaches it: each look is an event, and may fail. The first that is saved stays. */
export function keyStoreOf(world: World, tab: Tab): DpopKeyStore {
  const { scheduler, plan } = world
  const later = (): Promise<void> => new Promise((resolve) => scheduler.after(world.latency(), tab, resolve))
  const reached = async (): Promise<void> => {
    const fault = world.fault('key', plan.storeFaults, ['throw-before', 'throw-after'])
    if (fault === 'throw-before') throw new Error(lostKey)
    await later()
    if (fault === 'throw-after') throw new Error(lostKey)
  }
  const keyOf = (name: string): ModelKey => ({
    name,
    signs: async () => (plan.schemes?.signsLate ? later() : undefined),
  })
  return {
    async load() {
      await reached()
      return world.key === undefined ? null : (keyOf(world.key) as unknown as CryptoKeyPair)
    },
    async save() {
      await reached()
      world.key ??= `key of ${tab.name}`
    },
  }
}
