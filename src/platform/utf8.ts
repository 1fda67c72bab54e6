/** Text as UTF-8, each byte as one character: what `base64` takes, also where there is no TextEncoder (React Native). */
export function utf8(text: string): string {
  return encodeURIComponent(text).replace(/%(..)/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
}
