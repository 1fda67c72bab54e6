/** Places times on the x-axis, in percent of its width. */
export interface Scale {
  at(time: number): number
  width(from: number, to: number | undefined): number
  /** Round times since the start, in milliseconds. */
  readonly ticks: readonly number[]
}

const steps = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

export function scaleOf(start: number, end: number): Scale {
  const span = Math.max(end - start, 20) * 1.1 // The last mark stands free of the edge.
  const step = steps.find((size) => span / size <= 6) ?? 60_000
  const at = (time: number) => Math.min(Math.max(((time - start) / span) * 100, 0), 100)
  return {
    at,
    width: (from, to) => (to === undefined ? 100 : at(to)) - at(from),
    ticks: Array.from({ length: Math.floor((span * 0.93) / step) + 1 }, (_, index) => index * step),
  }
}
