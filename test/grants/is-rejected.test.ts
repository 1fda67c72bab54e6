import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import { SessionEndedError } from '../../src/errors/session-ended-error'
import { type RefreshTokenGrantOptions, refreshTokenGrant } from '../../src/grants/refresh-token'
import { grantContext, json, recordingFetch, rejection } from './grant-context'
import { tokens } from './refresh'

describe('isRejected', () => {
  it('ends the session where it returns true', async () => {
    const seen: unknown[] = []
    const isRejected: RefreshTokenGrantOptions['isRejected'] = (answer) => {
      seen.push(answer)
      return answer.status === 403 && answer.error === 'token_expired'
    }

    const { error } = await refused({ status: 403, body: { error: 'token_expired', at: 1 } }, { isRejected })

    expect(error).toBeInstanceOf(SessionEndedError)
    expect(seen).toEqual([{ status: 403, error: 'token_expired', body: { error: 'token_expired', at: 1 } }])
  })

  it('is given the text of an answer that is not JSON', async () => {
    const { error } = await refused(
      { status: 401, text: 'refresh token expired' },
      { isRejected: ({ body }) => body === 'refresh token expired' },
    )

    expect(error).toBeInstanceOf(SessionEndedError)
  })

  it('is asked before an answer counts as a misconfiguration', async () => {
    const { error } = await refused({ status: 400, body: { error: 'invalid_request' } }, { isRejected: () => true })

    expect(error).toBeInstanceOf(SessionEndedError)
  })

  it.each([429, 500, 503])('is not asked about a %i', async (status) => {
    const { error } = await refused({ status, body: { error: 'token_expired' } }, { isRejected: () => true })

    expect(error).toBeInstanceOf(RefreshUnavailableError)
  })

  it('is not asked about an answer that brings tokens', async () => {
    const { fetch } = recordingFetch(json({ access_token: 'access-2' }))

    expect(await grant({ isRejected: () => true })(tokens, grantContext({ fetch }))).toEqual({ accessToken: 'access-2' })
  })

  it.each([
    ['throws', () => throwing()],
    ['returns a promise', async () => true],
    ['returns something truthy', () => 1],
    ['says no', () => false],
  ])('keeps the session where it %s', async (_, isRejected) => {
    const { error } = await refused(
      { status: 400, body: { error: 'token_expired' } },
      {
        isRejected: isRejected as unknown as () => boolean,
      },
    )

    expect(error).toBeInstanceOf(RefreshUnavailableError)
  })

  it('is not needed for invalid_grant', async () => {
    const { error } = await refused({ status: 400, body: { error: 'invalid_grant' } }, { isRejected: () => throwing() })

    expect(error).toBeInstanceOf(SessionEndedError)
  })
})

async function refused(
  { status, body, text }: { status: number; body?: unknown; text?: string },
  options: Partial<RefreshTokenGrantOptions>,
): Promise<{ error: unknown }> {
  const fetch = async (): Promise<Response> => new Response(text ?? JSON.stringify(body), { status })
  return { error: await rejection(grant(options)(tokens, grantContext({ fetch }))) }
}

function grant(options: Partial<RefreshTokenGrantOptions>): ReturnType<typeof refreshTokenGrant> {
  return refreshTokenGrant({ tokenEndpoint: 'https://login.example.com/token', clientId: 'web', ...options })
}

function throwing(): never {
  throw new Error('not mine to say')
}
