/** Base64 of ASCII text, with padding. Looked up late: an app on an old Hermes, which has no `btoa`, may bring its own. */
export function base64(ascii: string): string {
  return globalThis.btoa(ascii)
}
