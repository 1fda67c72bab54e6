import { bearer } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'
import { levers } from '../levers'
import type { Cause } from './cause'

/** What was sent, or was not. */
export const sent: readonly Cause[] = [
  {
    id: 'nothing-sent',
    title: 'Nobody signed in',
    how: 'A client without tokens calls the API.',
    expects: 'credentials-missing',
    run: (bench) => bench.holder(null).call(bench.api('/me')),
  },
  {
    id: 'foreign-origin',
    title: 'Foreign origin',
    how: 'The API’s origin is not among the client’s allowedOrigins, so the token is not sent.',
    expects: 'credentials-withheld',
    run: async (bench) => bench.holder(await levers.mint(), { allowedOrigins: [location.origin] }).call(bench.api('/me')),
  },
  {
    id: 'own-header',
    title: 'Malformed Authorization',
    how: 'A hand-written scheme sends “Bearer:” with a colon.',
    expects: 'credentials-malformed',
    run: async (bench) => {
      const scheme = {
        ...bearer(),
        attach: (request: Attached, tokens: Held) => request.setHeader('authorization', `Bearer: ${tokens?.accessToken}`),
      }
      return bench.holder(await levers.mint(), { scheme }).call(bench.api('/me'))
    },
  },
  {
    id: 'wrong-scheme',
    title: 'Wrong scheme',
    how: 'User and password, sent as Basic to an API that takes Bearer.',
    expects: 'wrong-scheme',
    run: (bench) => bench.holder(null, { scheme: basic({ username: 'alice', password: 'any will do' }) }).call(bench.api('/me')),
  },
  {
    id: 'csrf',
    title: 'CSRF refused',
    how: 'A POST with good credentials, and no proof that it comes from the API’s own pages.',
    expects: 'csrf',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.api('/wrong/csrf'), { method: 'POST' }),
  },
]

type Attach = ReturnType<typeof bearer>['attach']
type Attached = Parameters<Attach>[0]
type Held = Parameters<Attach>[1]
