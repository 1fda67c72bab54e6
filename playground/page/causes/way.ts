import { levers } from '../levers'
import type { Cause } from './cause'

/** What happens between client and API. */
export const way: readonly Cause[] = [
  {
    id: 'stripped',
    title: 'Proxy strips Authorization',
    how: 'A good token is sent, but a proxy removes the header.',
    expects: 'authorization-stripped',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.proxied('strips', '/me')),
  },
  {
    id: 'cached',
    title: 'Cached 401',
    how: 'The client refreshes and sends again, but a cache answers with the old 401.',
    expects: 'cached-refusal',
    run: async (bench) => {
      const tokens = await levers.signIn()
      await levers.refuse(tokens)
      return bench.webApp(tokens).call(bench.proxied('caches', '/me'))
    },
  },
  {
    id: 'proxy-sign-in',
    title: 'A proxy says 401',
    how: 'The office proxy wants its own credentials, and says 401.',
    expects: 'proxy-authentication',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.proxied('wants-credentials', '/me')),
  },
]
