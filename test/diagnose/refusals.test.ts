import { type DiagnosedCause, diagnose } from 'authenticated-client/diagnose'
import { type Answer, type RefusalName, refusal, refusalNames } from 'authenticated-client/testing'
import { expect, it } from 'vitest'

/** What each refusal of `/testing` is taken for, when an opaque token was sent. */
const causes: Readonly<Record<RefusalName, DiagnosedCause>> = {
  'invalid-token': 'token-expired',
  bare: 'authorization-stripped',
  'no-header': 'challenge-missing',
  'empty-header': 'challenge-missing',
  'lower-case': 'token-expired',
  unquoted: 'challenge-malformed',
  'unknown-error': 'token-expired',
  'invalid-request': 'invalid-request',
  'insufficient-scope': 'insufficient-scope',
  'step-up': 'step-up-required',
  claims: 'policy',
  contradictory: 'contradictory-challenge',
  'foreign-scheme': 'wrong-scheme',
  'several-schemes': 'token-expired',
  // The challenge can be read here: a browser would hide it.
  'hidden-by-cors': 'token-expired',
  html: 'challenge-missing',
  'json-only': 'token-expired',
  problem: 'challenge-missing',
  'large-body': 'token-expired',
  cached: 'cached-refusal',
  forbidden: 'insufficient-scope',
  'forbidden-invalid-token': 'forbidden-instead-of-unauthorized',
  'not-found': 'unknown',
  'login-page': 'login-page',
  'login-redirect': 'login-page',
  graphql: 'graphql-in-band',
  'page-expired': 'csrf',
  'login-timeout': 'session-cookie',
  'token-expired': 'token-expired',
  proxy: 'proxy-authentication',
  'server-error': 'token-expired',
}

it.each(refusalNames())('knows the refusal %s', async (name) => {
  const request = new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque-access-token' } })

  const response = await answerOf(name)

  const { cause } = diagnose({ request, response, body: await response.clone().text() })
  expect(cause).toBe(causes[name])
})

/** A refusal looks at no request. */
async function answerOf(name: RefusalName): Promise<Response> {
  const response = await (refusal(name) as () => ReturnType<Answer>)()
  return response ?? Response.error()
}
