import { expect, it } from 'vitest'
import type { FormAnswer } from '../../src/grants/form-post.ts'
import { tokenRefusal } from '../../src/grants/token-refusal.ts'

function answer(status: number, body: unknown, redirect?: string): FormAnswer {
  return { status, body, redirect, retryAt: undefined, sent: '' }
}

it.each([
  [403, '400 invalid_grant'],
  [429, '401 invalid_grant'],
  [403, '400 invalid_client'],
  [503, '401 invalid_scope'],
])(
  'a %i whose error is "%s" is neither a rejection nor a misconfiguration: a status in the text is not the status (F11)',
  (status, error) => {
    expect(tokenRefusal(answer(status, { error }))).toMatchObject({ name: 'RefreshUnavailableError' })
  },
)

it('a refusal says what the endpoint did, and quotes nothing of its answer', () => {
  expect(tokenRefusal(answer(503, 'secret')).message).toBe('The token endpoint answered 503')
  expect(tokenRefusal(answer(400, { error: 'temporarily_unavailable' })).message).toBe(
    'The token endpoint answered 400 temporarily_unavailable',
  )
  expect(tokenRefusal(answer(400, { error: 'ask ada' })).message).toBe('The token endpoint answered 400')
  expect(tokenRefusal({ ...answer(400, { error: 'a_secret' }), sent: 'client_secret=a_secret' }).message).toBe(
    'The token endpoint answered 400',
  )
  expect(tokenRefusal(answer(200, { accessToken: 'secret' })).message).toBe('The token endpoint answered 200 without a usable access_token')
  expect(tokenRefusal(answer(0, undefined, 'https://portal.example')).message).toBe(
    'The token endpoint redirects to https://portal.example',
  )
})
