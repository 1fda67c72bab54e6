/** A URL without what may be secret: user, query and fragment; of a URL that is not http(s), such as `data:`, the scheme alone. */
export function redacted(url: string): string {
  // As URL parsers read it: they skip line breaks, and take a back slash for a slash.
  return url
    .replace(/^\s+|[?#].*|[\t\n\r]/gs, '')
    .replace(/^(?!https?:)([^/\\:]*:).*/is, '$1')
    .replace(/^((?:https?:|[\\/]{2})[\\/]*)(?:[^\\/][^/]*)?@/i, '$1')
}
