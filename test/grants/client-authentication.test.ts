import { describe, expect, it } from 'vitest'
import { type ClientAuthentication, clientSecretBasic, clientSecretPost, none } from '../../src/grants/client-authentication'
import { refreshTokenGrant } from '../../src/grants/refresh-token'
import { grantContext, json, recordingFetch, rejection, stoppedClock } from './grant-context'

const basicVectors: readonly (readonly [string, string, string])[] = [
  ['s6BhdRkqt3', '7Fjfp0ZBr1KtDRbnfVdmIw', 's6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw'], // RFC 6749 §2.3.1
  ['my:app', 'a b+c%d&e=f/g', 'my%3Aapp:a+b%2Bc%25d%26e%3Df%2Fg'],
  ['größe', '€', 'gr%C3%B6%C3%9Fe:%E2%82%AC'], // RFC 6749 Appendix B
  ["-._*~!'()", 'x', '-._*%7E%21%27%28%29:x'],
]

describe('client authentication', () => {
  it('none: puts the client id in the body and nothing else anywhere', async () => {
    const { headers, body } = await authenticated(none)

    expect(body.toString()).toBe('client_id=web')
    expect([...headers]).toEqual([])
  })

  it.each(basicVectors)('clientSecretBasic: form-urlencodes %s and %s before base64', async (clientId, secret, decoded) => {
    const { headers, body } = await authenticated(clientSecretBasic(secret), clientId)

    const [scheme, credentials] = (headers.get('authorization') ?? '').split(' ')
    expect(scheme).toBe('Basic')
    expect(atob(credentials ?? '')).toBe(decoded)
    expect(body.toString()).toBe('') // RFC 6749 §2.3: not more than one method per request.
  })

  it('clientSecretPost: puts both in the body and none in a header', async () => {
    const { headers, body } = await authenticated(clientSecretPost('s3cret &'))

    expect(body.toString()).toBe('client_id=web&client_secret=s3cret+%26')
    expect([...headers]).toEqual([])
  })

  it.each([
    ['clientSecretBasic', clientSecretBasic],
    ['clientSecretPost', clientSecretPost],
  ])('%s: asks for the secret before every attempt, so that it can be rolled without a restart', async (_, method) => {
    const secrets = ['old', 'new']
    const { fetch, sent } = recordingFetch(json({ error: 'invalid_client' }, { status: 401 }), json({ access_token: 'access-2' }))
    const grant = refreshTokenGrant({
      tokenEndpoint: 'https://login.example.com/token',
      clientId: 'web',
      clientAuthentication: method(async () => secrets.shift() ?? ''),
    })
    const tokens = { accessToken: 'a', refreshToken: 'r' }

    await rejection(grant(tokens, grantContext({ fetch })))
    await grant(tokens, grantContext({ fetch }))

    const presented = sent.map(
      ({ form, headers }) => form.get('client_secret') ?? atob(headers.get('authorization')?.slice(6) ?? '').split(':')[1],
    )
    expect(presented).toEqual(['old', 'new'])
  })

  it.each([
    ['clientSecretBasic', clientSecretBasic],
    ['clientSecretPost', clientSecretPost],
  ])('%s: refuses what is no secret at once', (name, method) => {
    for (const wrong of ['', undefined, null, 42, { secret: 'hunter2' }, ['hunter2']]) {
      const build = (): unknown => method(wrong as string)

      expect(build).toThrow(new TypeError(`${name} needs the client secret: a non-empty string, or a function that returns one`))
    }
  })

  it.each(['', undefined, 42])('sends nothing where the function returns %j for a secret', async (wrong) => {
    const { fetch, sent } = recordingFetch(json({ access_token: 'access-2' }))

    const error = await failing({ clientAuthentication: clientSecretPost(() => wrong as string), fetch })

    expect(sent).toHaveLength(0)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', message: 'The client authentication failed', answered: true })
    expect((error as Error).cause).toBeInstanceOf(TypeError)
  })

  it('is an outage where it fails, with the failure as the cause', async () => {
    const outage = new Error('The vault is sealed')
    const clientAuthentication: ClientAuthentication = () => Promise.reject(outage)

    const error = await failing({ clientAuthentication })

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true, cause: outage, retryAt: undefined })
  })

  it('ends no session by what it throws', async () => {
    const { SessionEndedError } = await import('../../src/errors/session-ended-error')
    const clientAuthentication: ClientAuthentication = () => {
      throw new SessionEndedError('The session with the vault, not yours')
    }

    expect(await failing({ clientAuthentication })).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('may set headers of its own, and sees where the request goes', async () => {
    const { fetch, sent } = recordingFetch(json({ access_token: 'access-2' }))
    const seen: unknown[] = []
    const clientAuthentication: ClientAuthentication = ({ url, headers, clientId, clock }) => {
      seen.push(url, clientId, clock)
      headers.set('x-assertion', 'mine')
    }

    await refreshTokenGrant({ ...client, clientAuthentication })(tokens, grantContext({ fetch }))

    expect(seen).toEqual([client.tokenEndpoint, 'web', stoppedClock])
    expect(sent[0]?.headers.get('x-assertion')).toBe('mine')
    expect(sent[0]?.form.has('client_id')).toBe(false)
  })
})

const client = { tokenEndpoint: 'https://login.example.com/token', clientId: 'web' }
const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1' }

async function authenticated(method: ClientAuthentication, clientId = 'web'): Promise<{ headers: Headers; body: URLSearchParams }> {
  const headers = new Headers()
  const body = new URLSearchParams()
  await method({ url: client.tokenEndpoint, headers, body, clientId, clock: stoppedClock })
  return { headers, body }
}

function failing({
  clientAuthentication,
  fetch = recordingFetch().fetch,
}: {
  clientAuthentication: ClientAuthentication
  fetch?: typeof globalThis.fetch
}): Promise<unknown> {
  return rejection(refreshTokenGrant({ ...client, clientAuthentication })(tokens, grantContext({ fetch })))
}
