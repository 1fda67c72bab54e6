import { withoutKeys } from '../diagnose/harmless'
import { type JsonObject, jweHeader, jwtParts } from '../diagnose/jwt-parts'

/** Header and claims of a JWT, fit to be shown: some issuers put another server's token in a claim, and that one opens something. */
export function shownToken(token: string | undefined): ShownToken | undefined {
  const { header, claims } = jwtParts(token) ?? { header: jweHeader(token) }
  return header && { header: withoutSecrets(header), claims: claims && withoutSecrets(claims) }
}

export interface ShownToken {
  readonly header: JsonObject
  /** Absent where the token is encrypted. */
  readonly claims: JsonObject | undefined
}

/** What stands in a claim that is called a secret is one, however deep. */
function withoutSecrets(object: JsonObject, outer = ''): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, shown(called.test(outer) ? outer : name, value)]))
}

function shown(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => shown(name, item))
  if (typeof value === 'object' && value !== null) return withoutSecrets(value as JsonObject, name)
  if (typeof value !== 'string' || forAll.test(name)) return value
  return called.test(name) ? '[redacted]' : withoutKeys(value)
}

/** Cognito says in `token_use` which kind of token it is. */
const called = /token(?!_(use|type)$)|secret|passw|api_?key|credential/i

/** Names and thumbprints, long as they may be. */
const forAll = /^(iss|aud|sub|jti|kid|sid|azp|client_id|jkt|x5t(#S256)?|(at|c|s)_hash)$/
