import { harmlessName } from './harmless'
import { isRefused } from './is-refused'
import { placeOfSignature } from './place-of-signature'
import { type Rule, when } from './rule'
import { saysEither } from './said-of-credentials'
import { namesSeveral } from './token-facts'

/** What is said of a signature: the token's, or the request's own. */
export const signatureRule: Rule = {
  cause: 'invalid-signature',
  party: 'client',
  summary: 'The signature of the token is not valid.',
  fixes: ['Send the token whole and unchanged.', 'Check that the API has the keys of the server that issued it, and allows its algorithm.'],
  find: (facts) => {
    const { words, quote, jwt, scheme } = facts
    const evidence = [quote]
    const place = placeOfSignature(facts)
    const signed = [quote, `It was signed: ${place}.`]
    if (place)
      return (
        when(/signature|\bverif|invalid sign\b/.test(words), 80, signed, signedRequest) ?? when(isRefused(facts), 52, signed, signedRequest)
      )
    const ofRequest = /request signature/.test(words) || (/signature/.test(words) && !/^(bearer|dpop)?$/.test(scheme))
    if (jwt?.header.alg) evidence.push(`Its alg is ${harmlessName(jwt.header.alg)}.`)
    if (/dpop/.test(words)) return undefined
    const rest = words.replace(readAllTheSame, '')
    const broken = ofSignature.test(rest)
    return (
      when(ofRequest, 80, quote, signedRequest) ??
      when(
        broken || unreadable.test(rest),
        !broken && (namesSeveral(facts) || saysEither(facts)) ? 40 : 80,
        evidence,
        broken ? undefined : noJwt,
      ) ??
      when(/verification fail|fail(ed)? (to )?verif|could not be verified/.test(words), 58, evidence)
    )
  },
}

/** "Signature has expired" is what PyJWT and ruby-jwt say of an expired token; "Signature expired", what AWS says of a clock. */
const ofSignature = /\bsignature(?! (has |is )?expired)|invalidsignature|invalid algorithm|alg.{0,99}not allowed/

export const unreadable = /malformed|not well formed|compacttoken parsing|not enough segments|compact jws|cannot parse|decod/

/** How Spring, and golang-jwt as Supabase has it, begin also where a time is the matter. */
const readAllTheSame =
  /attempting to decode the jwt: (?=jwt (expired|used))|unable to parse or verify signature, (?=token has invalid claims: token is)/

const noJwt = {
  summary: 'The API cannot read the token: it was cut short or changed, or it is not a JWT.',
  fixes: [
    'Send the token whole and unchanged; `npx --no -- authenticated-client decode` shows whether it is a JWT.',
    'If it is not: ask the authorization server for a token for this API (`audience` or `resource`, RFC 8707).',
  ],
}

const signedRequest = {
  summary: 'The signature of the request is not valid.',
  fixes: ['Sign exactly what you send: method, path, query, headers and body.', 'Compare the secret key with the one that was issued.'],
}
