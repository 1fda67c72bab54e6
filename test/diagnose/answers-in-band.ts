import type { DiagnoseInput } from 'authenticated-client/diagnose'
import { bearer, exchange, type Fixture, json, opaque, secrets } from './fixtures'

const signed = { authorization: `TC3-HMAC-SHA256 Credential=AKID/2026-01-15/cvm/tc3_request, Signature=${'5'.repeat(64)}` }
const ofTencent = (code: string, message: string) =>
  exchange(200, {}, signed, json({ Response: { Error: { Code: code, Message: message } } }))
/** `Headers`, so that all fields are seen. */
const withKey = (body: object, more: Readonly<Record<string, string>> = {}): DiagnoseInput => ({
  ...exchange(200, {}, {}, json(body)),
  request: { url: 'https://api.example/orders', method: 'POST', headers: new Headers({ 'api-key': secrets[3], ...more }) },
})

/** An error with 200, which an `error` or a number tells: whose words, and what came there. */
export const answersInBand: readonly Fixture[] = [
  {
    cause: 'clock-skew',
    of: 'Tencent, of a clock',
    input: ofTencent('AuthFailure.SignatureExpire', 'The provided credentials could not be validated due to incorrect system time.'),
  },
  {
    cause: 'invalid-signature',
    of: 'Tencent, of a signature',
    input: ofTencent(
      'AuthFailure.SignatureFailure',
      'The provided credentials could not be validated. Please check your signature is correct.',
    ),
  },
  {
    cause: 'insufficient-scope',
    of: 'Tencent, of a role',
    input: ofTencent('AuthFailure.UnauthorizedOperation', 'You are not authorized to perform operation (cvm:DescribeInstances)'),
  },
  { cause: 'api-key', of: 'Kraken, of a key', input: withKey({ error: ['EAPI:Invalid key'] }) },
  {
    cause: 'invalid-signature',
    of: 'Kraken, of a signature',
    input: withKey({ error: ['EAPI:Invalid signature'] }, { 'api-sign': secrets[1] }),
  },
  { cause: 'insufficient-scope', of: 'Kraken, of what a key may do', input: withKey({ error: ['EGeneral:Permission denied'] }) },
  {
    cause: 'clock-skew',
    of: 'Bybit, of a clock',
    input: withKey({ retCode: 10002, retMsg: 'invalid request, please check your server timestamp or recv_window param.' }),
  },
  { cause: 'api-key', of: 'Bybit, of a key', input: withKey({ retCode: 10003, retMsg: 'API key is invalid.', result: {} }) },
  {
    cause: 'unusual-status',
    of: 'WeChat, of a token in the query',
    input: exchange(
      200,
      {},
      {},
      {
        url: `https://api.example/user?token=${opaque}`,
        ...json({ errcode: 40001, errmsg: 'invalid credential, access_token is invalid or not latest' }),
      },
    ),
  },
  {
    cause: 'unusual-status',
    of: 'JSON-RPC',
    input: exchange(200, {}, bearer(opaque), json({ jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'Unauthorized' } })),
  },
  {
    cause: 'token-expired',
    of: 'GraphQL without a code',
    input: exchange(200, {}, bearer(opaque), json({ errors: [{ message: 'jwt expired' }] })),
  },
]

/** What succeeded, or failed for another reason, though its words are like those above. */
export const answersOfSuccess: readonly object[] = [
  { Response: { TotalCount: 0, RequestId: 'ed93f3cb-f35e-473f-b9f3-0d451b8b79c6' } },
  { Response: { Error: { Code: 'InvalidParameterValue', Message: 'The value of the parameter is not valid' } } },
  { error: [], result: {}, message: 'Your credentials were updated' },
  { errcode: 0, errmsg: 'ok', token: 'new' },
  { code: 200, message: 'The token was issued' },
  { countrycode: '442', message: 'Your credentials were updated', error: null },
  { success: false, message: 'Order not found' },
  { success: true, message: 'ok', data: [{ code: 404, message: 'token expired' }] },
  { jsonrpc: '2.0', id: 1, error: { code: -32700, message: 'Parse error: unexpected token' } },
  { data: { order: null }, errors: [{ message: 'Order not found', path: ['order'] }] },
]
