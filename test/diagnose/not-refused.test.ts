import { diagnose } from 'authenticated-client/diagnose'
import { describe, expect, it } from 'vitest'
import { failures, successes } from './answers-that-refuse-nothing'

const requests = {
  'a token': new Request('https://api.example/orders', { headers: { authorization: 'Bearer opaque-access-token' } }),
  'a key': new Request('https://api.example/orders', { headers: { 'x-api-key': 'opaque-key' } }),
  'a signature': new Request('https://api.example/orders', { method: 'POST', headers: { 'x-signature': '5'.repeat(64) } }),
  nothing: new Request('https://api.example/login', { method: 'POST' }),
}

describe('an answer of 200', () => {
  it.each([...successes, ...failures])('is not explained as a refusal: %s', (_, said) => {
    const body = JSON.stringify(said)

    const causes = Object.values(requests).map((request) => diagnose({ request, response: new Response(null), body }).cause)

    expect(causes).toEqual(causes.map(() => 'not-refused'))
  })

  it.each<[string, unknown, string]>([
    ['a number beside words that may be of another’s', { code: 401, message: 'Token expired' }, 'token-expired'],
    ['a number of JSON-RPC', { jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'Unauthorized' } }, 'unusual-status'],
    [
      'a part that GraphQL does not give',
      { data: { me: { id: 1 }, orders: null }, errors: [{ message: 'No', path: ['orders'], extensions: { code: 'FORBIDDEN' } }] },
      'graphql-in-band',
    ],
  ])('is a refusal that is no more than possible where it says %s', (_, said, cause) => {
    const diagnosis = diagnose({ request: requests['a token'], response: new Response(null), body: JSON.stringify(said) })

    expect(diagnosis).toMatchObject({ cause, confidence: 'possible' })
  })

  it.each<[unknown, string]>([
    [{ success: false, message: 'Invalid API key' }, 'api-key'],
    [{ error: { message: 'jwt expired', code: 'E1' } }, 'token-expired'],
    [{ status: 'error', message: 'Your access token has been revoked' }, 'token-revoked'],
    [{ errcode: 42001, errmsg: 'access_token expired' }, 'token-expired'],
    [{ ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'identify' }, 'insufficient-scope'],
    [{ status: 'REQUEST_DENIED', error_message: 'The provided API key is invalid.', results: [], html_attributions: [] }, 'api-key'],
  ])('is a refusal where all that it says is what is wrong with the credentials: %j', (said, cause) => {
    const diagnosis = diagnose({ request: requests['a token'], response: new Response(null), body: JSON.stringify(said) })

    expect(diagnosis).toMatchObject({ cause, confidence: 'likely' })
  })
})
