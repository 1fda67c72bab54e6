/** Whether a response says to go elsewhere. Browsers hide where. */
export function isRedirect({ type, status, headers }: Response): boolean {
  return type === 'opaqueredirect' || (/^30[12378]$/.test(String(status)) && headers.has('location'))
}
