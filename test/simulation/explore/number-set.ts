/** A set of positive numbers, many millions of them: what the language has ends at 2 ** 24. */
export class NumberSet {
  size = 0
  private table = new Float64Array(2 ** 16)

  /** Whether it is new. */
  add(number: number): boolean {
    const slot = slotOf(this.table, number)
    if (this.table[slot]) return false
    this.table[slot] = number
    if (++this.size * 10 > this.table.length * 7) this.grow()
    return true
  }

  private grow(): void {
    const larger = new Float64Array(this.table.length * 2)
    for (const number of this.table) if (number) larger[slotOf(larger, number)] = number
    this.table = larger
  }
}

function slotOf(table: Float64Array, number: number): number {
  const low = (number % 2 ** 31) | 0
  const high = (number / 2 ** 31) | 0
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  const last = table.length - 1
  for (let slot = (mixed ^ (mixed >>> 15)) & last; ; slot = (slot + 1) & last) if (!table[slot] || table[slot] === number) return slot
}
