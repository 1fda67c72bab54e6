/** Who can put it right. */
export type Party = 'client' | 'resource server' | 'authorization server' | 'network'

/** `certain`: the evidence allows nothing else. `likely`: it fits, and little else does. `possible`: one of several. */
export type Confidence = 'certain' | 'likely' | 'possible'

export type DiagnosedCause =
  | 'no-credentials'
  | 'withheld-for-origin'
  | 'withheld-for-endpoint'
  | 'callers-own-header'
  | 'malformed-authorization'
  | 'wrong-scheme'
  | 'expired'
  | 'not-yet-valid'
  | 'clock-skew'
  | 'revoked'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'unknown-key'
  | 'algorithm-none'
  | 'invalid-signature'
  | 'insufficient-scope'
  | 'step-up-required'
  | 'claims-required'
  | 'invalid-request'
  | 'dpop-nonce'
  | 'dpop-proof'
  | 'basic-refused'
  | 'basic-badly-encoded'
  | 'api-key-refused'
  | 'session-cookie-refused'
  | 'csrf-refused'
  | 'policy'
  | 'no-challenge'
  | 'challenge-hidden-by-cors'
  | 'preflight-refused'
  | 'cached-response'
  | 'authorization-stripped'
  | 'proxy-authentication'
  | 'forbidden-means-unauthorized'
  | 'unauthorized-means-forbidden'
  | 'graphql-in-band'
  | 'refresh-rejected'
  | 'client-misconfigured'
  | 'refresh-unavailable'
  | 'network'
  | 'not-refused'
  | 'unknown'

export interface Finding {
  readonly cause: DiagnosedCause
  readonly confidence: Confidence
  /** One sentence for a person. */
  readonly summary: string
  /** What it rests on, one short fact each; no secrets. */
  readonly evidence: readonly string[]
  /** What to do, the most promising first. */
  readonly fixes: readonly string[]
  readonly party: Party
}

export interface Diagnosis extends Finding {
  /** What else it may be, the likelier first; empty where the cause is certain. */
  readonly alternatives: readonly Finding[]
}
