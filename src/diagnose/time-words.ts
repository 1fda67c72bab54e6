/** A span of milliseconds in words: "3 minutes". */
export function spanInWords(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 'second']
  const count = Math.round(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const units: readonly (readonly [size: number, unit: string])[] = [
  [172_800, 'day'],
  [7_200, 'hour'],
  [120, 'minute'],
  [1, 'second'],
]
