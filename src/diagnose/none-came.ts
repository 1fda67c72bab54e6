import type { Facts } from './facts'

/** Whether the server says that no credentials came. */
export function saysNoneCame({ words }: Facts): boolean {
  return noneCame.test(words)
}

/** Whether the server says that credentials came, and are not good. */
export function saysNotGood({ words }: Facts): boolean {
  return notGood.test(words) && !noneCame.test(words)
}

const noneCame =
  /no (authorization|token|credentials)|(authorization|token|header|credentials).{0,20}(missing|required|not (found|provided|present))(?!( required)? (scope|role|claim|permission))|missing[\w ']{0,20}(token|authorization|credentials)|unauthenticated|system:anonymous/

const notGood =
  /could not validate credentials|not valid for any token type|(bad|invalid|wrong) ([\w-]+ )?(credentials|token)|(jwt|token) (is |has )?(invalid|not valid|expired)/
