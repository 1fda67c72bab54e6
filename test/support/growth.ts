/**
 * How many times longer the larger text takes, by the best of five and more samples: whatever else the machine does only adds to a
 * sample. Samples of both take about the same time, so that a busy machine adds to both alike. No more are taken once it is `enough`.
 */
export function growth(run: (text: string) => unknown, small: string, large: string, enough: number): number {
  const times = timesFor(run, large, 2)
  const ratio = Math.round(large.length / small.length)
  let bestOfSmall = Number.POSITIVE_INFINITY
  let bestOfLarge = Number.POSITIVE_INFINITY
  const patience = performance.now() + 5_000
  for (let round = 0; round < 5 || (bestOfLarge / bestOfSmall > enough && performance.now() < patience); round++) {
    bestOfSmall = Math.min(bestOfSmall, sample(run, small, times * ratio) / ratio)
    bestOfLarge = Math.min(bestOfLarge, sample(run, large, times))
  }
  return bestOfLarge / bestOfSmall
}

function timesFor(run: (text: string) => unknown, text: string, milliseconds: number): number {
  let times = 1
  while (sample(run, text, times) < milliseconds) times *= 2
  return times
}

/** Milliseconds of processor time, which doesn't pass while other processes run. */
function sample(run: (text: string) => unknown, text: string, times: number): number {
  const start = process.cpuUsage()
  for (let left = times; left > 0; left--) run(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
