/** Who has to act. */
export type Party = 'client' | 'resource server' | 'authorization server' | 'network'

/** `certain`: seen in what was sent or answered. `likely`: the usual reason for what was seen. `possible`: nothing speaks against it. */
export type Confidence = 'certain' | 'likely' | 'possible'

/** Why a request was refused, or seems to have been. */
export type DiagnosedCause =
  | 'not-refused'
  | 'unknown'
  // What was sent
  | 'credentials-missing'
  | 'credentials-withheld'
  | 'credentials-malformed'
  | 'wrong-scheme'
  | 'credentials-in-url'
  // The token
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'clock-skew'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'unknown-key'
  | 'unsigned-token'
  | 'invalid-signature'
  | 'token-revoked'
  | 'id-token-sent'
  // What the challenge says
  | 'insufficient-scope'
  | 'step-up-required'
  | 'invalid-request'
  | 'dpop-nonce'
  | 'dpop-proof'
  | 'contradictory-challenge'
  | 'policy'
  // Other schemes
  | 'basic-credentials'
  | 'basic-encoding'
  | 'digest-stale'
  | 'digest-credentials'
  | 'api-key'
  | 'session-cookie'
  | 'csrf'
  // The way
  | 'cached-refusal'
  | 'authorization-stripped'
  | 'proxy-authentication'
  | 'hidden-by-cors'
  | 'preflight-refused'
  | 'forbidden-instead-of-unauthorized'
  | 'unauthorized-instead-of-forbidden'
  | 'challenge-missing'
  | 'challenge-malformed'
  | 'graphql-in-band'
  | 'problem-body'
  | 'login-page'
  | 'unusual-status'
  | 'network-failure'
  // The refresh
  | 'refresh-token-rejected'
  | 'client-rejected'
  | 'refresh-misconfigured'
  | 'interaction-required'
  | 'refresh-unavailable'

/** Another cause that what was seen leaves open. */
export interface Alternative {
  /** What it would be. */
  readonly cause: DiagnosedCause
  /** At most `likely`: no two causes are certain. */
  readonly confidence: Confidence
  /** One sentence, as the diagnosis of this cause would have it. */
  readonly summary: string
}

/** Why a request was refused. Holds no token, no password, no cookie and no query string. */
export interface Diagnosis {
  /** The likeliest; `unknown` where nothing says why, or the status is not about credentials. */
  readonly cause: DiagnosedCause
  /** How well what was seen supports the cause. */
  readonly confidence: Confidence
  /** One sentence. */
  readonly summary: string
  /** What it is concluded from. */
  readonly evidence: readonly string[]
  /** What to do, the first thing first. */
  readonly fixes: readonly string[]
  /** Who can put it right. */
  readonly party: Party
  /** What else it may be, the likeliest first. */
  readonly alternatives: readonly Alternative[]
}
