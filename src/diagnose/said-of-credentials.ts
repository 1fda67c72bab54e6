import type { Facts } from './facts'

/** Whether the server says that no credentials came. */
export function saysNoneCame({ words }: Facts): boolean {
  return noneCame.test(words) || (nobody.test(words) && !notGood.test(words))
}

/** Whether the server says that credentials came, and are not good. */
export function saysNotGood({ words }: Facts): boolean {
  return notGood.test(words) && !noneCame.test(words)
}

/** Whether the server leaves it open whether credentials came, or are not good: where some were sent, they are not. */
export function saysEither({ words }: Facts): boolean {
  return either.test(words)
}

/** Whether the server says of a 403 that the credentials are not good; a 401 says so anyway. */
export function saysRefused(facts: Facts): boolean {
  return saysNotGood(facts) || /authentication (error|fail)/.test(facts.words)
}

/** Whether the server says that the credentials are good, and may not. Azure’s page for whoever is not signed in speaks so, too. */
export function saysNotAllowed({ words }: Facts): boolean {
  return /permission(?! to view this directory)|\bprivileges?\b|\(#(10|2\d\d)\)/.test(words) // The numbers are Meta’s.
}

/** Whether the server says that user or password is wrong. Where no field carries them, they came in the body of a sign-in. */
export function saysWrongPassword({ words }: Facts): boolean {
  return wrongPassword.test(words)
}

const noneCame =
  /no ((bearer|refresh) )?(authorization|token|credentials)|no session|(authorization|token|header|credentials).{0,20}(missing|required|not[ _](found|provided|present)|absent|empty)(?!( required)? (scope|role|claim|permission|privilege))|missing[\w ']{0,20}(token|authorization|credentials|authentication credential)|jwt (is )?(not present|missing$)|(?<!factor )authentication is required|requires (an )?authenticat|empty [\w ]{0,20}token|(jwt|token|credentials) must be (provided|used|sent)|system:anonymous/

/** A name of the status, beside which the reason may stand. */
const nobody = /unauthenticated|(?<!could )not authenticated|you need to (sign|log) in/

const either = /\b(missing|no) or (an? )?(invalid|expired|malformed)|\b(invalid|expired|malformed)( \w+){0,2} or (an? )?missing/

const notGood =
  /(could not|couldn['’]t|unable to) (validate credentials|authenticate)|not valid for any token type|(bad|invalid|wrong)[ _](oauth2? )?([a-z\d-]+[ _])?(credentials|token)|non-existent authentication|(jwt|token) (is |has )?(invalid|not valid|expired)/

const wrongPassword =
  /(invalid|incorrect|wrong|bad)[ _](login|user ?name|user|e-?mail|password|credentials)|(password|credentials) (is |are )?(incorrect|wrong|invalid)|do not match our records|unable to log ?in|no active account/
