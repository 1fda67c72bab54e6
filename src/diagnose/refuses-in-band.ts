import type { Facts } from './facts'
import type { JsonObject } from './jwt-parts'

/**
 * How sure it is, as a weight, that an answer of 2xx is a refusal all the same: its body is an error and nothing else, and says what
 * is wrong with the caller's credentials. Less so where that is only a word of OAuth's, or a number beside words that may be of another's.
 */
export function refusesInBand({ status = 400, json, error, said }: Facts): number {
  if (status > 299 || !json) return 0
  if (json.ok === false && ofSlack.test(error)) return 100
  if (!isOnlyError(json, json.jsonrpc)) return 0
  const body = JSON.stringify(json)
  const says = (pattern: RegExp) => said.some((text) => pattern.test(text.toLowerCase().replace(/[_-]/g, ' ')))
  if (failure.test(body) && says(ofCaller)) return 100
  return /^(invalid_token|token_expired)$/.test(error) || (unauthorized.test(body) && says(ofAnybody)) ? 59 : 0
}

/** Nothing is beside it, or within, that errors do not have: it may be what was asked for. */
function isOnlyError(object: JsonObject, isWithin: unknown): boolean {
  return Object.entries(object).every(([name, value]) => {
    const field = `${name.replace(/[_-]/g, '')}:${JSON.stringify(value)}`
    if (/^(errors?|response|json|\d+):[[{]/i.test(field)) return isOnlyError(value as JsonObject, true)
    return beside.test(field) || (isWithin && within.test(field))
  })
}

const beside =
  /^([^:]*:(null|""|\[])$|(ok|success):false|status:("(error|fail|request_denied)"|"?4\d\d"?$)|(data|result|retextinfo):{("\w+":null,?)*}$|errors?:[t"]|((status|err(or)?|ret)?(code|msg|message)|errordescription|detail|reason|(request|trace)id|time(stamp)?):[^[{])/i

const within = /^(\d+:"|(id|jsonrpc|name|type|locations|path|extensions|data):)/i

/** Something went wrong: it is said, named, or has a number. */
const failure = /"(ok|success|status|errors?)":(?!null|""|\[]|{})|"(status_?)?code":"?4\d\d|"(err|error_?|ret)code":"?[1-9-]/i

const unauthorized = /(code|status)":"?(401|-32001)/i
const ofAnybody = /^(the |your )?(invalid |expired |missing )?(token|unauth|not logged)/

const ofSlack = /(^|_)(auth(ed|_|$)|token_)|scope|^(account_inactive|no_permission|access_denied|org_login_required)$/

/** In the words of an error, and at their beginning: further on, it may be another's. Kraken has codes of its own, and Tencent. */
const ofCaller =
  /^((the |your |error: |provided |invalid credential, |(un)?auth[\w ]*[:.] ?)*((invalid|expired|missing|incorrect|revoked|malformed)( or \w+)? ?((access|bearer|api|auth(entication)?) ?(token|key)|jwt|session)|((access|bearer|api|auth(entication)?) ?(token|key)|jwt|session)( has| is| was| been)* (expired|invalid|revoked|missing|required|incorrect|malformed|disabled|timed out|(not|must be) (valid|provided)))\b|authfailure\.|eapi:invalid|egeneral:permission)|recv ?window|(signature|timestamp) for this request/
