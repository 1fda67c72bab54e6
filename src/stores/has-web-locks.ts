/** Node ≥ 24.5 has `navigator.locks` too, but for its own process only; it has no `isSecureContext`. */
export function hasWebLocks(): boolean {
  return Boolean(globalThis.isSecureContext && globalThis.navigator?.locks)
}
