/** The URL with these parameters behind those that it has. @param query without `?`. */
export function withQuery(url: string, query: string): string {
  const mark = /^[^#]*\?/.test(url) ? '&' : '?'
  return url.replace(/(?=#)|$/, () => mark + query)
}
