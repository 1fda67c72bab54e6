import { describe, expect, it } from 'vitest'
import { clientSecretBasic } from '../../src/grants/client-authentication'
import { type ClientCredentialsGrantOptions, clientCredentialsGrant } from '../../src/grants/client-credentials'
import { grantContext, json, now, recordingFetch, rejection } from './grant-context'

const options = {
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'billing',
  clientAuthentication: clientSecretBasic('s3cret'),
}
const answer = json({ access_token: 'access-1', token_type: 'Bearer', expires_in: 60 })

describe('the client credentials grant', () => {
  it('gets tokens from nothing but who the client is', async () => {
    const { fetch, sent } = recordingFetch(answer)

    const tokens = await clientCredentialsGrant({ ...options, scope: 'invoices' })(null, grantContext({ fetch }))

    expect(tokens).toEqual({ accessToken: 'access-1', tokenType: 'Bearer', expiresAt: now + 60_000 })
    expect([...(sent[0]?.form ?? [])]).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'invoices'],
    ])
    expect(sent[0]?.headers.get('authorization')).toBe(`Basic ${btoa('billing:s3cret')}`)
  })

  it('presents no refresh token, even where it is handed one', async () => {
    const { fetch, sent } = recordingFetch(answer)

    await clientCredentialsGrant(options)({ accessToken: 'a', refreshToken: 'refresh-1' }, grantContext({ fetch }))

    expect(sent[0]?.form.has('refresh_token')).toBe(false)
  })

  it('asks for the resource and scope of its context first', async () => {
    const { fetch, sent } = recordingFetch(answer)
    const grant = clientCredentialsGrant({ ...options, scope: 'invoices', parameters: { audience: 'api' } })

    await grant(null, grantContext({ fetch, resource: 'https://api.example.com', scope: 'invoices:read' }))

    expect(Object.fromEntries(sent[0]?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      audience: 'api',
      resource: 'https://api.example.com',
      scope: 'invoices:read',
    })
  })

  it('ignores a refresh token in the answer, usable or not (RFC 6749 §4.4.3)', async () => {
    const { fetch } = recordingFetch(json({ access_token: 'access-1', refresh_token: 'refresh-1' }), json({ refresh_token: 'refresh-1' }))
    const context = grantContext({ fetch })

    expect(await clientCredentialsGrant(options)(null, context)).toEqual({ accessToken: 'access-1' })
    expect(await rejection(clientCredentialsGrant(options)(null, context))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(context.rotations).toEqual([])
  })

  it('says what it needs and where it sends', () => {
    expect({ ...clientCredentialsGrant(options) }).toEqual({ needs: 'nothing', ...options })
  })

  it.each([
    ['tokenEndpoint', { tokenEndpoint: '/token' }],
    ['clientId', { clientId: '' }],
    ['clientAuthentication', { clientAuthentication: undefined }],
    ['clientAuthentication', { clientAuthentication: 's3cret' }],
  ])('refuses to be built without a usable %s', (name, wrong) => {
    const build = (): unknown => clientCredentialsGrant({ ...options, ...wrong } as unknown as ClientCredentialsGrantOptions)

    expect(build).toThrow(TypeError)
    expect(build).toThrow(name)
    expect(build).not.toThrow(/s3cret/)
  })
})
