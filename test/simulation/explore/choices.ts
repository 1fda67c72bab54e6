/** One way through a tree of choices, to be gone again with another ending: depth first. */
export class Choices {
  /** Of each choice: what was taken, and among how many. */
  private readonly path: { taken: number; readonly among: number }[] = []
  private depth = 0

  /** Takes what this way takes here: what it took before, then the first of whatever comes. */
  choose(among: number): number {
    const known = this.path[this.depth++]
    if (known) return known.taken
    this.path.push({ taken: 0, among })
    return 0
  }

  /** Whether the next choice is one that nobody has stood before on this way. */
  get isNew(): boolean {
    return this.depth >= this.path.length
  }

  /** The choices of this way, for whoever wants to go it again. */
  get taken(): readonly number[] {
    return this.path.map(({ taken }) => taken)
  }

  /** Turns to the next way. False when all were gone. */
  next(): boolean {
    this.depth = 0
    for (let last = this.path.pop(); last; last = this.path.pop()) {
      if (last.taken + 1 >= last.among) continue
      this.path.push({ taken: last.taken + 1, among: last.among })
      return true
    }
    return false
  }
}
