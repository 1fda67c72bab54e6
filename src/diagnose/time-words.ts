/** A span of milliseconds in words: "3 minutes". */
export function spanInWords(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  // From two of a unit on: "90 seconds" says more than "2 minutes".
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, 'second']
  const count = Math.round(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const units: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]
