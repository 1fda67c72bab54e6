/**
 * Text of a server, without what may be a secret: known ones, JWTs, credentials after their scheme, and anything long that mixes
 * letters and digits. Control characters would move a terminal's cursor.
 */
export function harmless(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret.length > 3)
  const hidden = known.reduce((rest, secret) => rest.split(secret).join('[redacted]'), text)
  return hidden
    .replace(/[\w-]+\.[\w-]+\.[\w-]*/g, (match) => (match.startsWith('eyJ') ? '[redacted]' : match))
    .replace(/\b(bearer|dpop|basic|token|key)([ =:]+)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*/gi, '$1$2[redacted]')
    .replace(/(?=[\w~+/-]*\d)(?=[\w~+/-]*[a-z])[\w~+/-]{24,}=*/gi, '[redacted]')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, 200)
}

/** A name that stands in a token, such as an issuer or a key id: long ones are no secrets. */
export function harmlessName(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200)
}

/** Without user, query and fragment: each may hold a secret. */
export function harmlessUrl(url: string): string {
  return url.replace(/[?#][\s\S]*$/, '').replace(/^(\w+:\/\/)[^/@]*@/, '$1')
}

/** The first and last four characters of what is long enough to keep the rest to itself. */
export function shortened(secret: string): string {
  return secret.length >= 20 ? `${secret.slice(0, 4)}…${secret.slice(-4)}` : `${secret.length} characters`
}
