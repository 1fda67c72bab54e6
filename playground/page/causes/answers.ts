import { graphqlUnauthenticated } from 'authenticated-client/graphql'
import { levers } from '../levers'
import type { Bench, Cause } from './cause'

/** Good tokens that are not enough, and APIs that refuse in the wrong way. */
export const answers: readonly Cause[] = [
  {
    id: 'narrow-scope',
    title: 'Scope too narrow',
    how: 'A user who signed in for reading only writes a note: 403. A refresh would not help, and none is made.',
    expects: 'insufficient-scope',
    run: async (bench) => bench.webApp(await readOnly()).call(bench.api('/notes'), { method: 'POST', body: 'a note' }),
  },
  {
    id: 'scope-as-401',
    title: 'The same, wrongly as 401',
    how: 'This API says 401 where it means 403. The client reads the challenge, and does not refresh.',
    expects: 'insufficient-scope',
    run: async (bench) => bench.webApp(await readOnly()).call(bench.api('/wrong/scope-as-401'), { method: 'POST', body: 'a note' }),
  },
  {
    id: 'role-as-401',
    title: 'Role, wrongly as 401',
    how: 'The user’s role does not allow it, and only the body says so.',
    expects: 'unauthorized-instead-of-forbidden',
    run: async (bench) => bench.holder(await levers.mint({ scope: 'read' })).call(bench.api('/wrong/role-as-401')),
  },
  {
    id: '403-for-401',
    title: '403 that should be 401',
    how: 'A revoked token is answered with 403, on which no client refreshes.',
    expects: 'forbidden-instead-of-unauthorized',
    run: (bench) => withRevoked(bench, bench.api('/wrong/forbidden')),
  },
  {
    id: 'no-header',
    title: 'No WWW-Authenticate',
    how: 'A 401 without a challenge, against RFC 9110.',
    expects: 'challenge-missing',
    run: (bench) => withRevoked(bench, bench.proxied('plain', '/wrong/no-header')),
  },
  {
    id: 'hidden',
    title: 'Hidden by CORS',
    how: 'The challenge is there, but the API forgot to expose it, so scripts cannot read it.',
    expects: 'hidden-by-cors',
    run: (bench) => withRevoked(bench, bench.api('/wrong/hidden')),
  },
  {
    id: 'policy',
    title: 'Policy',
    how: 'Conditional access: the API wants more claims than the token has.',
    expects: 'policy',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.api('/wrong/policy')),
  },
  {
    id: 'step-up',
    title: 'Step-up',
    how: 'The API wants a second factor, given in the last five minutes.',
    expects: 'step-up-required',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.api('/wrong/step-up')),
  },
  {
    id: 'graphql',
    title: 'GraphQL says 200',
    how: 'The refusal is in the body of a 200, where graphqlUnauthenticated finds it.',
    expects: 'graphql-in-band',
    run: async (bench) => {
      const [old, { refreshToken }] = await Promise.all([expired(), levers.signIn()])
      const app = bench.webApp({ ...old, refreshToken }, { isUnauthorized: graphqlUnauthenticated })
      return app.call(bench.api('/wrong/graphql'), {
        method: 'POST',
        body: '{"query":"{ me }"}',
        headers: { 'content-type': 'application/json' },
      })
    },
  },
  {
    id: 'login-page',
    title: 'A page in place of a 401',
    how: 'The API sends programs a sign-in page, with status 200.',
    expects: 'login-page',
    run: (bench) => withExpired(bench, bench.api('/wrong/login-page')),
  },
]

const readOnly = () => levers.signIn('openid offline_access read')

async function withExpired(bench: Bench, url: string): Promise<unknown> {
  return bench.holder(await expired()).call(url)
}

/** Refused, and nothing in the token says why. */
async function withRevoked(bench: Bench, url: string): Promise<unknown> {
  const tokens = await levers.signIn()
  await levers.refuse(tokens)
  return bench.webApp(tokens).call(url)
}

async function expired() {
  const now = Math.floor(Date.now() / 1_000)
  return { ...(await levers.mint({ iat: now - 4_000, exp: now - 600 })), expiresAt: Date.now() + 60_000 }
}
