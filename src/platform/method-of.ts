/** A method as `fetch` sends it: six are spelled in capitals, others as they are written. */
export function methodOf(method: string): string {
  return /^(get|head|post|put|delete|options)$/i.test(method) ? method.toUpperCase() : method
}
