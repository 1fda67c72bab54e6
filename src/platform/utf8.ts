/** Text as UTF-8, each byte as one character: what `base64` takes, also where there is no TextEncoder (React Native). */
export function utf8(text: string): string {
  return encodeURIComponent(text).replace(/%(..)/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
}

/** The text of such bytes, as `Headers` gives UTF-8; what is none stays as it is: some platforms (workerd) have decoded it. */
export function fromUtf8(bytes: string): string {
  try {
    return decodeURIComponent(bytes.replace(/[\0-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`))
  } catch {
    return bytes
  }
}
