/** What the server's clock says as the answer arrives, in milliseconds: a cache kept it for its `Age` (RFC 9111 §5.1). */
export function serverTimeOf(answered: (header: string) => string): number | undefined {
  const age = Number(answered('age'))
  const time = Date.parse(answered('date')) + (age > 0 ? age * 1000 : 0)
  return Number.isNaN(time) ? undefined : time
}
