import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import type { Provider } from 'oidc-provider'
import { listenOnLoopback } from './loopback'
import { type Claims, type MintOptions, tokenMint } from './mint'
import { quietProvider } from './quiet-provider'
import { type TokenRequest, type TokenRequestCounts, TokenRequestLog } from './token-request-log'

export interface AuthorizationServerOptions {
  /**
   * How long an access token lives, in milliseconds; whole seconds, because `exp` counts them.
   * @default 2_000
   */
  readonly accessTokenLifetime?: number | undefined
  /**
   * How long a refresh token lives, in milliseconds.
   * @default 600_000
   */
  readonly refreshTokenLifetime?: number | undefined
  /**
   * The `aud` of its access tokens: the API that they are for.
   * @default 'https://api.example.com'
   */
  readonly audience?: string | undefined
  /**
   * How much longer a refresh takes, in milliseconds: on loopback it would be too fast to see.
   * @default 0
   */
  readonly latency?: number | undefined
}

export interface AuthorizationServer {
  readonly issuer: string
  readonly audience: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string
  readonly jwksUri: string
  /** A public client for people: authorization code + PKCE, refresh tokens. */
  readonly web: { readonly clientId: string; readonly redirectUri: string }
  /** A confidential client for machines: client credentials by `client_secret_basic`. */
  readonly service: { readonly clientId: string; readonly clientSecret: string }
  /** Every request to the token endpoint, in order. */
  readonly tokenRequests: readonly TokenRequest[]
  /** The same, counted. A new object at each look. */
  readonly counts: TokenRequestCounts
  /** While on, the token endpoint answers 503. */
  outage(on: boolean): void
  /** An access token that no server would issue, such as one that has expired, is for another API, or is not signed. */
  mint(claims?: Claims, options?: MintOptions): Promise<string>
  /** Ends the session that a refresh token belongs to, or all sessions of a user. */
  revoke(refreshTokenOrUser: string): Promise<void>
  close(): Promise<void>
}

/** A real authorization server (panva's `oidc-provider`): refresh tokens rotate, and presenting a used one ends its session. */
export async function startAuthorizationServer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const { accessTokenLifetime = 2_000, refreshTokenLifetime = 600_000, audience = 'https://api.example.com', latency = 0 } = options
  const loopback = await listenOnLoopback()
  const issuer = loopback.origin
  const web = { clientId: 'web', redirectUri: 'http://127.0.0.1/callback' }
  const service = { clientId: 'service', clientSecret: randomUUID() }

  const key = await signingKey()
  const accessTokenTTL = accessTokenLifetime / 1000
  const sessionTTL = Math.max(refreshTokenLifetime / 1000, 3_600) // A refresh token is no longer good than what it came from.
  const provider = quietProvider(issuer, {
    clients: [
      {
        client_id: web.clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [web.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        client_id: service.clientId,
        client_secret: service.clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    scopes: ['openid', 'offline_access'], // Not the API's scopes: with them it would ask for consent again and again.
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    ttl: {
      AccessToken: accessTokenTTL,
      ClientCredentials: accessTokenTTL,
      RefreshToken: refreshTokenLifetime / 1000,
      AuthorizationCode: 30,
      Interaction: 60,
      IdToken: 60,
      Session: sessionTTL,
      Grant: sessionTTL,
    },
    clientBasedCORS: () => true,
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'read write', audience, accessTokenFormat: 'jwt', accessTokenTTL }),
      },
    },
  })
  const log = new TokenRequestLog(provider, latency)
  loopback.answerWith(provider.callback())

  return {
    issuer,
    audience,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/token/revocation`,
    jwksUri: `${issuer}/jwks`,
    web,
    service,
    tokenRequests: log.requests,
    get counts() {
      return log.counts()
    },
    outage: (on) => {
      log.isOut = on
    },
    mint: tokenMint(key, { iss: issuer, aud: audience, client_id: web.clientId, lifetime: accessTokenTTL }),
    revoke: async (refreshTokenOrUser) => {
      const token = await provider.RefreshToken.find(refreshTokenOrUser)
      const grantIds = token?.grantId ? [token.grantId] : log.grantsOf(refreshTokenOrUser)
      await Promise.all(grantIds.map((grantId) => revokeGrant(provider, grantId)))
    },
    close: () => loopback.close(),
  }
}

async function revokeGrant(provider: Provider, grantId: string): Promise<void> {
  const grant = await provider.Grant.find(grantId)
  await Promise.all([grant?.destroy(), provider.RefreshToken.revokeByGrantId(grantId), provider.AccessToken.revokeByGrantId(grantId)])
}

async function signingKey() {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: randomUUID() }
}
