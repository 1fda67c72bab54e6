import fc from 'fast-check'

/** Random decisions read from a tape of bytes. fast-check shrinks the tape, and with it whatever was decided: 0 is the simplest. */
export class Choices {
  #at = 0
  readonly #tape: Uint8Array

  constructor(tape: Uint8Array) {
    this.#tape = tape
  }

  below(limit: number): number {
    return (this.#tape[this.#at++] ?? 0) % limit
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  /** True once in so many times. */
  once(inHowMany: number): boolean {
    return this.below(inHowMany) === inHowMany - 1
  }
}

export const choices = (length: number): fc.Arbitrary<Choices> =>
  fc.uint8Array({ maxLength: length, size: 'max' }).map((tape) => new Choices(tape))

/** How many cases a property is tried on; `PROVE_CASES` says otherwise: more for a long run, fewer where each mutant has one. */
export const cases: number = Number(process.env.PROVE_CASES ?? 100_000)

/** For vitest: even a slow core takes less than a millisecond for a case. */
export const casesTimeout: number = cases + 20_000
