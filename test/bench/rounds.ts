/** Who takes part: one run is one call, from its beginning to its answer. */
export interface Contestant {
  readonly name: string
  run(): Promise<void>
}

export interface Figures {
  readonly name: string
  /** Microseconds for one run, the median of all rounds. */
  readonly microseconds: number
  /** Against each contestant by name: the median of the ratios of each round, and its middle half. */
  readonly ratios: Readonly<Record<string, { readonly median: number; readonly low: number; readonly high: number }>>
}

/**
 * Many short rounds, every contestant once in each, in turning order: what the machine does besides (another process, a
 * garbage collection, a warmer processor) then meets all of them alike, and a ratio is only ever taken inside one round.
 */
export async function interleave(contestants: readonly Contestant[], rounds: number, runs: number): Promise<readonly Figures[]> {
  const times = contestants.map((): number[] => [])
  const warmUp = Math.ceil(rounds / 10)
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (turn + round + warmUp) % contestants.length
      const { run } = contestants[index]!
      const started = process.hrtime.bigint()
      for (let count = 0; count < runs; count++) await run()
      const microseconds = Number(process.hrtime.bigint() - started) / 1000 / runs
      if (round >= 0) times[index]!.push(microseconds)
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    microseconds: quantile(times[index]!, 0.5),
    ratios: Object.fromEntries(
      contestants.map((other, against) => {
        const ratios = times[index]!.map((time, round) => time / times[against]![round]!)
        return [other.name, { median: quantile(ratios, 0.5), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }]
      }),
    ),
  }))
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
}
