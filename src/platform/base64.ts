/** Base64 of ASCII text, with padding. Looked up late: an app on an old Hermes, which has no `btoa`, may bring its own. */
export function base64(ascii: string): string {
  return globalThis.btoa(ascii)
}

/** The text that a base64 says; throws for what is none. */
export function fromBase64(text: string): string {
  return globalThis.atob(text)
}
