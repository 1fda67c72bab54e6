/** Removes the oldest entries of a `Map` or `Set` until it holds no more than `most`: others must not be able to make it grow for ever. */
export function keepLatest<Key>(known: { readonly size: number; keys(): Iterable<Key>; delete(key: Key): unknown }, most: number): void {
  for (const oldest of known.keys()) {
    if (known.size <= most) return
    known.delete(oldest)
  }
}
