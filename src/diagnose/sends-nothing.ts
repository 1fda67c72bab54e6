import type { Facts } from './facts'
import { keyFieldOf } from './key-field'

/** Whether the request shows no credentials, in no field and not in its query. */
export function sendsNothing(facts: Facts): boolean {
  const inField =
    facts.authorization !== undefined || ['cookie', 'proxy-authorization', 'x-csrf-token'].some(facts.sent) || keyFieldOf(facts)
  return !inField && !/[?&](access_token|id_token|token|jwt|auth|[\w-]*api[_-]?key|key|appid|[\w-]*signature|sig)=/i.test(facts.url)
}
