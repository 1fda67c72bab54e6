import type { Times } from './rounds.ts'

/** A figure with its spread: the median, and the middle half around it. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** Time by time: taken inside one round each. */
export function ratio(times: Times, name: string, against: string): Spread {
  return spreadOf(times[name]!.map((time, round) => time / times[against]![round]!))
}

/**
 * What one adds to `base`, by what another adds. Both are small differences: they are taken of the quicker rounds of a block of rounds,
 * for what disturbs a machine only ever adds; the spread is that of the blocks.
 */
export function overheadRatio(times: Times, name: string, against: string, base: string): Spread {
  const [ours, theirs] = [overhead(times, name, base), overhead(times, against, base)]
  // A disturbed block can leave the divisor nothing or less: it says nothing.
  return spreadOf(ours.flatMap((added, block) => (theirs[block]! > 0 ? [added / theirs[block]!] : [])))
}

/** What one adds to `base`, in microseconds, block by block. */
export function overhead(times: Times, name: string, base: string): readonly number[] {
  const rounds = times[base]!.length
  const size = Math.max(5, Math.ceil(rounds / 20))
  const quick = (who: string, from: number): number => spreadOf(times[who]!.slice(from, from + size)).low
  return Array.from({ length: Math.floor(rounds / size) }, (_, block) => quick(name, block * size) - quick(base, block * size))
}

export function inWords({ median, low, high }: Spread, digits = 2): string {
  return `${shown(median, digits)} (${shown(low, digits)}–${shown(high, digits)})`
}

function shown(value: number, digits: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : digits)
}
