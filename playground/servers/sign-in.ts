import { createHash, randomBytes } from 'node:crypto'
import type { TokenSet } from 'authenticated-client'
import type { AuthorizationServer } from './authorization-server'
import { CookieJar } from './cookie-jar'

export interface SignInOptions {
  /** @default 'alice' */
  readonly user?: string | undefined
  /** @default 'openid offline_access read write' */
  readonly scope?: string | undefined
}

/**
 * Signs a person in without a person: authorization code + PKCE, the login form filled in by a script.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636 RFC 7636}
 */
export async function signIn(server: AuthorizationServer, options: SignInOptions = {}): Promise<TokenSet> {
  const { user = 'alice', scope = 'openid offline_access read write' } = options
  const codeVerifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')

  const request = new URL(server.authorizationEndpoint)
  request.search = new URLSearchParams({
    response_type: 'code',
    client_id: server.web.clientId,
    redirect_uri: server.web.redirectUri,
    scope,
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()

  const { searchParams: answer } = await followLogin(request, server.web.redirectUri, user)
  const code = answer.get('code')
  if (code === null) throw new Error(`Sign-in failed: ${answer.get('error_description')}`)
  if (answer.get('state') !== state || answer.get('iss') !== server.issuer)
    throw new Error('Sign-in failed: the answer belongs to another sign-in')

  return redeem(server, code, codeVerifier)
}

/** What a browser and a person would do: follow redirects, keep cookies, send the forms that are shown. */
export async function followLogin(start: URL, redirectUri: string, user: string): Promise<URL> {
  const jar = new CookieJar()
  let url = start
  for (let step = 0; step < 10; step++) {
    const page = await jar.fetch(url)
    const prompt = /name="prompt" value="(\w+)"/.exec(await page.text())?.[1]
    const answer = prompt === undefined ? page : await jar.fetch(url, formPost({ prompt, login: user, password: 'any will do' }))

    url = new URL(answer.headers.get('location') ?? '', url)
    if (url.href.startsWith(redirectUri)) return url
  }
  throw new Error('Sign-in failed: the login form leads nowhere')
}

async function redeem(server: AuthorizationServer, code: string, codeVerifier: string): Promise<TokenSet> {
  const response = await fetch(
    server.tokenEndpoint,
    formPost({
      grant_type: 'authorization_code',
      client_id: server.web.clientId,
      redirect_uri: server.web.redirectUri,
      code,
      code_verifier: codeVerifier,
    }),
  )
  if (!response.ok) throw new Error(`Sign-in failed: the token endpoint answered ${response.status}`)

  const answer = (await response.json()) as TokenResponse // Our own server's, so its shape is known.
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    expiresAt: Date.now() + answer.expires_in * 1000,
    tokenType: answer.token_type,
    scope: answer.scope,
    idToken: answer.id_token,
  }
}

interface TokenResponse {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly token_type: string
  readonly scope: string
  readonly id_token: string
}

function formPost(fields: Record<string, string>): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }
}
