import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import { SessionEndedError } from '../../src/errors/session-ended-error'
import { type RefreshTokenGrantOptions, refreshTokenGrant } from '../../src/grants/refresh-token'
import { grantContext, json, recordingFetch, rejection } from './grant-context'
import { tokens } from './refresh'

describe('a DPoP nonce that the token endpoint misses (RFC 9449 §8)', () => {
  const nonceMissing = json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'n1' } })
  const usable = json({ access_token: 'access-2', token_type: 'DPoP' })

  it.each([400, 401])('sends the same request again at once after %i, with a client authentication of its own', async (status) => {
    const { fetch, sent } = recordingFetch(json({ error: 'use_dpop_nonce' }, { status }), usable)
    let assertions = 0
    const clientAuthentication: RefreshTokenGrantOptions['clientAuthentication'] = ({ body }) => {
      assertions += 1
      body.append('client_assertion', `assertion-${assertions}`)
    }

    const next = await refreshTokenGrant({ ...client, clientAuthentication })(tokens, grantContext({ fetch }))

    expect(next).toEqual({ accessToken: 'access-2', tokenType: 'DPoP' })
    expect(sent.map(({ form }) => form.get('refresh_token'))).toEqual(['refresh-1', 'refresh-1'])
    expect(sent.map(({ form }) => form.getAll('client_assertion'))).toEqual([['assertion-1'], ['assertion-2']])
  })

  it('repeats the request once at most', async () => {
    const { fetch, sent } = recordingFetch(nonceMissing)

    const error = await rejection(refreshTokenGrant(client)(tokens, grantContext({ fetch })))

    expect(sent).toHaveLength(2)
    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(error).toMatchObject({ answered: true })
  })

  it('does not know what became of it when the second answer is lost (F4)', async () => {
    const { fetch, sent } = recordingFetch(nonceMissing, () => Promise.reject(new TypeError('fetch failed')))

    const error = await rejection(refreshTokenGrant(client)(tokens, grantContext({ fetch })))

    expect(sent).toHaveLength(2)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
  })

  it('ends the session where the second answer says so', async () => {
    const { fetch } = recordingFetch(nonceMissing, json({ error: 'invalid_grant' }, { status: 400 }))

    expect(await rejection(refreshTokenGrant(client)(tokens, grantContext({ fetch })))).toBeInstanceOf(SessionEndedError)
  })
})

const client = { tokenEndpoint: 'https://login.example.com/token', clientId: 'web' }
