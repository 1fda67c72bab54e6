/** Whether a method asks for nothing to be changed (RFC 9110 §9.2.1, and `QUERY`). */
export function isSafeMethod(method: string): boolean {
  return /^(GET|HEAD|OPTIONS|TRACE|QUERY)$/.test(method)
}
