/** Forgets the oldest of a `Map` or `Set`, until it holds no more than `most`: what others can make grow has an end. */
export function keepLatest<Key>(known: { readonly size: number; keys(): Iterable<Key>; delete(key: Key): unknown }, most: number): void {
  for (const oldest of known.keys()) {
    if (known.size <= most) return
    known.delete(oldest)
  }
}
