import { describe, expect, it, onTestFinished } from 'vitest'
import { json, unauthorized } from '../support/authorization-server'
import { me, refused, refusedOnce, signedIn } from './world'

describe('a 401 that new credentials can cure', () => {
  it.each([
    ['invalid_token', 'Bearer realm="api", error="invalid_token"'],
    ['invalid_token with a description', 'Bearer error="invalid_token", error_description="The access token expired, sign in again"'],
    ['a scheme and a name in other letters', 'bEaReR ERROR="invalid_token"'],
    ['unquoted values', 'Bearer error=invalid_token'],
    ['white space around =', 'Bearer error = "invalid_token"'],
    ['a quoted value with escapes', 'Bearer error="invalid\\_token"'],
    ['Bearer behind Basic (F68)', 'Basic realm="x", Bearer error="invalid_token"'],
    ['Bearer between others (F68)', 'Negotiate, Bearer error="invalid_token", Digest realm="x", nonce="1"'],
    ['Bearer behind a foreign scheme with its own error (F68)', 'DPoP error="insufficient_scope", Bearer error="invalid_token"'],
    ['empty list elements', ', ,Bearer error="invalid_token",,'],
    ['a bare Bearer (F66)', 'Bearer'],
    ['a bare Bearer among others (F66, F68)', 'Negotiate, Bearer'],
    ['a realm alone', 'Bearer realm="api"'],
    ['an error nobody knows (F66)', 'Bearer error="something_new"'],
    ['an empty error', 'Bearer error=""'],
    ['names that only look like error (A25)', 'Bearer x_error="insufficient_scope", error="invalid_token"'],
    ['the same error twice: that is no contradiction (A26)', 'Bearer error="invalid_token", error="invalid_token"'],
    ['dangerous parameter names (A27)', 'Bearer __proto__="x", constructor="y", error="invalid_token"'],
    ['no readable challenge at all', '=,"'],
  ])('is refreshed and sent again: %s (row 17)', async (_, challenge) => {
    const { client, service, login, rows } = await refusedOnce()
    service.next(() => unauthorized(challenge))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17])
  })

  it('has no WWW-Authenticate: missing, or hidden by CORS (row 17, F65)', async () => {
    const { client, service, login } = await refusedOnce()
    service.next(() => unauthorized())

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(2)
    expect(login.refreshes).toBe(1)
  })

  it('carries Bearer on another header line than Negotiate (row 17, F68)', async () => {
    const { client, service, login } = await refusedOnce()
    service.next(() => {
      const headers = new Headers()
      headers.append('WWW-Authenticate', 'Negotiate')
      headers.append('WWW-Authenticate', refused)
      return new Response(null, { status: 401, headers })
    })

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
  })

  it('carries more than 64 KiB of challenges, which counts as none readable (row 17, A21)', async () => {
    const { client, service, login, rows } = await refusedOnce()
    service.next(() => unauthorized(`Basic realm="${'x'.repeat(70_000)}"`))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17])
  })

  it('does not act on what stands in more than 64 KiB of challenges (row 17, A21)', async () => {
    let asked = 0
    const { client, service, login } = await refusedOnce({
      onStepUp: () => {
        asked++
        return null
      },
    })
    service.next(() => unauthorized(`Bearer error="insufficient_scope", realm="${'x'.repeat(70_000)}"`))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(asked).toBe(0)
    expect(login.refreshes).toBe(1)
  })
})

describe('a 401 or 403 that new credentials cannot cure', () => {
  it.each([
    ['foreign only (F67)', 401, 'Basic realm="x"', 12],
    ['foreign only, several (F67)', 401, 'Negotiate, NTLM', 12],
    ['Bearer in a quoted string (A24)', 401, 'Basic realm="x, Bearer error=\\"invalid_token\\""', 12],
    ['foreign just under 64 KiB (A21)', 401, `Basic realm="${'x'.repeat(60_000)}"`, 12],
    ['an error that contradicts itself (A26)', 401, 'Bearer error="invalid_token", error="invalid_request"', 6],
    ['a scope that contradicts itself (A26)', 401, 'Bearer error="invalid_token", scope="a", scope="b"', 6],
    ['claims that contradict themselves (A26)', 401, 'Bearer error="invalid_token", claims="a", claims="b"', 6],
    ['invalid_request (F66)', 401, 'Bearer error="invalid_request"', 11],
    ['invalid_request behind Basic (F66, F68)', 401, 'Basic realm="x", Bearer error="invalid_request"', 11],
    ['insufficient_scope (F66)', 401, 'Bearer error="insufficient_scope"', 10],
    ['insufficient_scope (F69)', 403, 'Bearer error="insufficient_scope", scope="admin"', 10],
    ['403 that says invalid_token', 403, refused, 11],
    ['403 without a challenge (F70)', 403, undefined, 11],
  ])('is given back as it came: %s', async (_, status, challenge, row) => {
    const { client, service, login, rows } = await refusedOnce()
    const answer = unauthorized(challenge, { status })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(response.bodyUsed).toBe(false)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([row])
  })

  it('tells onEvent which challenges came, without their secrets (F69, rule 13)', async () => {
    const { client, service, events } = await signedIn()
    service.next(() => unauthorized('Basic realm="x", Bearer error="insufficient_scope", nonce="secret"', { status: 403 }))

    await client.fetch(me)

    const seen = await events()
    expect(seen).toContainEqual(
      expect.objectContaining({
        type: 'response',
        status: 403,
        challenges: [
          expect.objectContaining({ scheme: 'Basic' }),
          expect.objectContaining({ scheme: 'Bearer', error: 'insufficient_scope' }),
        ],
      }),
    )
    expect(JSON.stringify(seen)).not.toContain('secret')
  })
})

describe('events', () => {
  it('hold no more than 256 characters of a name, and no more than 16 challenges (A28)', async () => {
    const { client, service, events } = await signedIn({ onStepUp: () => null })
    const long = 'x'.repeat(5_000)
    service.next(() => unauthorized(`Bearer claims="e30", error="${long}", ${long} realm="x"${', Digest realm="x"'.repeat(1_000)}`))

    await client.fetch(me)

    const seen = await events()
    expect(seen.map(({ type }) => type)).toContain('step-up')
    expect(Math.max(...seen.map((event) => JSON.stringify(event).length))).toBeLessThan(2_000)
  })

  it('hold no secret where `inspect` is no function, as of a polluted prototype (A56)', async () => {
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'inspect'))
    Object.assign(Object.prototype, { inspect: 'x' })
    const { client, service, events } = await signedIn()
    Reflect.deleteProperty(Object.prototype, 'inspect')
    service.next(() => new Response('', { status: 403 }))

    await client.fetch(me)

    const decision = (await events()).find(({ type }) => type === 'decision')
    expect(JSON.stringify(decision)).toMatch(/^(?!.*access-1).*"row":/)
  })

  it('hold neither status nor diagnosis of an answer that is not about credentials', async () => {
    const { client, events } = await signedIn()

    await client.fetch(me)

    const decision = (await events()).find(({ type }) => type === 'decision')
    expect(decision).toMatchObject({ row: 2 })
    for (const name of ['status', 'diagnosis']) expect(decision).not.toHaveProperty(name)
  })
})

describe('isUnauthorized', () => {
  it('makes a 200 a refusal: the call is refreshed and sent again (F78)', async () => {
    const { client, service, authorizations, rows } = await signedIn({
      isUnauthorized: async (response) => {
        const { errors } = (await response.clone().json()) as { errors?: readonly string[] }
        return errors?.includes('unauthenticated') ?? false
      },
    })
    service.next(() => json(200, { errors: ['unauthenticated'] }))

    const response = await client.fetch(me, { method: 'POST', body: '{ me }' })

    expect(await response.json()).toMatchObject({ token: 'access-2', body: '{ me }' })
    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(await rows()).toEqual([17])
  })

  it.each([403, 404, 419, 440, 498])('makes a %i a refusal: the call is refreshed and sent again (F70)', async (status) => {
    const { client, service, login } = await signedIn({ isUnauthorized: (response) => response.status === status })
    service.next(() => json(status, {}))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
  })

  it('is asked about 200, 400, 403 and 404, and its no leaves them as they are', async () => {
    const asked: number[] = []
    const { client, service, login } = await signedIn({
      isUnauthorized: (response) => {
        asked.push(response.status)
        return false
      },
    })

    for (const status of [200, 400, 403, 404]) {
      const answer = json(status, {})
      service.next(() => answer)
      expect(await client.fetch(me)).toBe(answer)
    }

    expect(asked).toEqual([200, 400, 403, 404])
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('is not asked about a call that carries none of our credentials because of its origin (row 1)', async () => {
    let asked = 0
    const { client, service } = await signedIn({ isUnauthorized: () => ++asked > 0, allowedOrigins: ['https://other.example.com'] })
    service.next(() => json(200, {}))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(asked).toBe(0)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('mistake')
      },
    ],
    ['rejects', () => Promise.reject(new Error('mistake'))],
  ])('counts as no when it %s', async (_, mistake) => {
    let asked = 0
    const { client, service, login } = await signedIn({
      isUnauthorized: () => {
        asked++
        return mistake()
      },
    })
    const answer = json(200, { errors: [] })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(asked).toBe(1)
    expect(login.tokenRequests).toHaveLength(0)
  })

  it('does not make a 401 less of a refusal by throwing', async () => {
    const { client } = await refusedOnce({
      isUnauthorized: () => {
        throw new Error('mistake')
      },
    })

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
  })

  it('cannot make a call go round for ever: two sends, then the answer (row 5)', async () => {
    const { client, service, login } = await signedIn({ isUnauthorized: () => true })
    service.always(() => json(200, { errors: ['unauthenticated'] }))

    const response = await client.fetch(me)

    expect(await response.json()).toEqual({ errors: ['unauthenticated'] })
    expect(service.requests).toHaveLength(2)
    expect(login.refreshes).toBe(1)
  })

  it('gets an answer that it can clone, and the caller gets it unread', async () => {
    const texts: string[] = []
    const { client, service } = await signedIn({
      isUnauthorized: async (response) => {
        texts.push(await response.clone().text())
        return false
      },
    })
    service.next(() => new Response('hello'))

    const response = await client.fetch(me)

    expect(response.bodyUsed).toBe(false)
    expect(await response.text()).toBe('hello')
    expect(texts).toEqual(['hello'])
  })
})
