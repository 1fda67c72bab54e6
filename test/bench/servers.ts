/** Plain data, for it also crosses to the process that holds the sockets. */
export interface ServerOptions {
  /** How many calls an access token is good for. @default any number */
  readonly uses?: number
  /** Each rotation refuses the access tokens before it; else they stay good. @default false */
  readonly kills?: boolean
  /** A refresh token is good for one use. @default true */
  readonly rotates?: boolean
  /** What a 401 says in `WWW-Authenticate`. */
  readonly challenge?: string
  /** How long the token endpoint takes, in milliseconds; Infinity: until `release()`. @default 0 */
  readonly tokenLatency?: number
  /** How long each call takes. @default 0 */
  readonly latency?: number
  /** Refused calls are answered in batches, one every so many milliseconds. */
  readonly batches?: { readonly size: number; readonly every: number }
}

export interface Counters {
  readonly tokenRequests: number
  /** Token requests with a refresh token that had been used before. */
  readonly spent: number
  readonly served: number
  readonly refused: number
}

export interface Asked {
  readonly path: string
  readonly authorization: string | null | undefined
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
  /** How long the answer is held back, in milliseconds. */
  readonly after: number
}

/** Access tokens are as long as JWTs, which most are: a header of that length takes longer to be checked than to be sent. */
const padding = 'x'.repeat(700)

const json = { 'content-type': 'application/json' }
const served: Answer = { status: 200, headers: json, body: '{"name":"Ada"}', after: 0 }

/** An authorization server and an API: what they say and count, apart from how a request comes to them. */
export class Servers {
  readonly #options: ServerOptions
  readonly #counters = { tokenRequests: 0, spent: 0, served: 0, refused: 0 }
  readonly #refusal: Record<string, string>
  #generation = 0
  /** The oldest generation whose access token is good. */
  #oldest = 0
  #usesLeft: number
  #batch = { left: 0, at: 0 }
  #tokenLatency: number

  constructor(options: ServerOptions = {}) {
    this.#options = options
    this.#refusal = { ...json, 'www-authenticate': options.challenge ?? 'Bearer realm="api", error="invalid_token"' }
    this.#usesLeft = options.uses ?? Number.POSITIVE_INFINITY
    this.#tokenLatency = options.tokenLatency ?? 0
  }

  get counters(): Counters {
    return { ...this.#counters }
  }

  get tokens(): { readonly accessToken: string; readonly refreshToken: string } {
    return { accessToken: `access-${this.#generation}-${padding}`, refreshToken: this.#refreshToken }
  }

  /** Every access token given so far is refused from now on. */
  expire(): void {
    this.#oldest = this.#generation + 1
  }

  answer({ path, authorization, body }: Asked): Answer {
    if (path === '/token') return this.#token(body)
    if (path !== '/me') return { status: 404, headers: json, body: '{}', after: 0 }
    const { latency = 0 } = this.#options
    if (authorization?.startsWith('Bearer access-') && Number.parseInt(authorization.slice(14), 10) >= this.#oldest) {
      this.#counters.served++
      if (--this.#usesLeft === 0) this.expire()
      return latency ? { ...served, after: latency } : served
    }
    this.#counters.refused++
    return { status: 401, headers: this.#refusal, body: '{"error":"invalid_token"}', after: latency + this.#hold() }
  }

  get #refreshToken(): string {
    return `refresh-${this.#options.rotates === false ? 0 : this.#generation}`
  }

  #token(body: string): Answer {
    this.#counters.tokenRequests++
    const after = this.#tokenLatency
    if (new URLSearchParams(body).get('refresh_token') !== this.#refreshToken) {
      this.#counters.spent++
      return { status: 400, headers: json, body: '{"error":"invalid_grant"}', after }
    }
    this.#generation++
    if (this.#options.kills) this.#oldest = this.#generation
    this.#usesLeft = this.#options.uses ?? Number.POSITIVE_INFINITY
    const { accessToken, refreshToken } = this.tokens
    return {
      status: 200,
      headers: json,
      body: `{"access_token":"${accessToken}","refresh_token":"${refreshToken}","token_type":"Bearer","expires_in":3600}`,
      after,
    }
  }

  #hold(): number {
    const { batches } = this.#options
    if (!batches) return 0
    if (this.#batch.left === 0) this.#batch = { left: batches.size, at: this.#batch.at + batches.every }
    this.#batch.left--
    return this.#batch.at
  }
}
