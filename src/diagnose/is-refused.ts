import type { Facts } from './facts'

/** Whether the status alone refuses the credentials. Beside the two of RFC 9110: 419 is Laravel's, 440 IIS's and 498 ArcGIS's. */
export function isRefused({ status = 0 }: Pick<Facts, 'status'>): boolean {
  return [401, 403, 419, 440, 498].includes(status)
}
