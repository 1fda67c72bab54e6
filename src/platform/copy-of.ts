/** A copy without a prototype: one that is polluted has no say in what is sent (A56). */
export function copyOf(fields: RequestInit): RequestInit {
  return Object.assign(Object.create(null), fields)
}
