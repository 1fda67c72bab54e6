/** For `isUnauthorized`: the statuses that some servers use for an expired sign-in: 419 (Laravel), 440 (IIS), 498 (ArcGIS). */
export function sessionExpiredStatus({ status }: Response): boolean {
  return status === 419 || status === 440 || status === 498
}
