import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Who takes part: one run is one piece of work, from its beginning to its answer. */
export interface Runner {
  readonly name: string
  run(): Promise<unknown>
}

/** The microseconds of one run, for each round of each contestant. */
export type Times = Readonly<Record<string, readonly number[]>>

/**
 * Many short rounds, every contestant once in each, in turning order: what the machine does besides (another process, a
 * garbage collection, a warmer processor) then meets all of them alike, and they are only ever compared inside one round.
 */
export async function interleave(
  runners: readonly Runner[],
  rounds: number,
  runs: number,
  progress?: (done: number) => void,
  warmUp: number = Math.max(30, Math.ceil(rounds / 5)),
): Promise<Times> {
  const times = Object.fromEntries(runners.map(({ name }) => [name, [] as number[]]))
  const collect = garbageCollector()
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const { name, run } = runners[(turn + round + warmUp) % runners.length]!
      collect({ type: 'minor' }) // What the one before has left behind is not for this one to clear away.
      const started = process.hrtime.bigint()
      for (let count = 0; count < runs; count++) await run()
      const microseconds = Number(process.hrtime.bigint() - started) / 1000 / runs
      if (round >= 0) times[name]!.push(microseconds)
    }
    progress?.(Math.max(0, round) / rounds)
  }
  return times
}

/** Node's own, without a flag on the command line. */
export function garbageCollector(): (options?: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
