import type { Facts } from './facts'
import { holdsKey, keyFieldOf } from './key-field'

/** Whether the request shows no credentials, in no field and not in its query. */
export function sendsNothing(facts: Facts): boolean {
  const inField =
    facts.authorization !== undefined || ['cookie', 'proxy-authorization', 'x-csrf-token'].some(facts.sent) || keyFieldOf(facts)
  return !inField && !holdsKey(facts.url) && !credentialsInQuery.test(facts.url)
}

const credentialsInQuery = /[?&](((access|auth|id|session|user)[_-]?)?token|jwt|auth|[\w-]*signature|sig)=/i
