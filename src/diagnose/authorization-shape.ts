/** What an `Authorization` header looks like, without what it says. */
export type AuthorizationShape =
  | { readonly kind: 'unknown' | 'absent' }
  | { readonly kind: 'good'; readonly scheme: string }
  | { readonly kind: 'malformed'; readonly scheme: string; readonly problem: string }

/** @param isRequestKnown whether the absence of a header means that none was sent. */
export function authorizationShape(value: string | null, isRequestKnown: boolean): AuthorizationShape {
  if (value === null || value === '') return { kind: isRequestKnown ? 'absent' : 'unknown' }
  const [scheme = ''] = /^[\w!#$%&'*+.^`|~-]*/.exec(value) ?? []
  const rest = value.slice(scheme.length)
  const problem = problems.find(([, pattern]) => pattern.test(value))?.[0]
  if (problem) return { kind: 'malformed', scheme, problem }
  if (/^(bearer|dpop)$/i.test(scheme) && !/^ [\w.~+/-]+=*$/.test(rest)) {
    return { kind: 'malformed', scheme, problem: 'holds characters that no access token has (RFC 6750 §2.1)' }
  }
  return { kind: 'good', scheme }
}

const problems: readonly (readonly [problem: string, pattern: RegExp])[] = [
  ['has a colon behind the scheme', /^[\w-]+:/],
  ['names the scheme twice', /^(\w+)\s+\1\b/i],
  ['is a bare token, without a scheme', /^[\w-]+\.[\w-]+\.[\w-]*$/],
  ['has no space behind the scheme', /^(Bearer|Basic|DPoP)\S/i],
  ['has nothing behind the scheme', /^(Bearer|Basic|DPoP)\s*$/i],
  ['ends in white space', /\s$/],
  ['has the token in quotes', /^[\w-]+\s+["']/],
  ['has more than one space behind the scheme', /^[\w-]+(\s{2,}|\t)/],
  ['says undefined, null or [object Object] where the token should be', /\s(undefined|null|\[object Object\]|NaN)$/],
  ['holds a line break', /[\r\n]/],
]
