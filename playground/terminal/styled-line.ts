import type picocolors from 'picocolors'
import type { Line } from '../story/told'

type Colors = ReturnType<typeof picocolors.createColors>

/** Time, who, what; aligned, with a sign that works without colours too. */
export function styledLine({ at, who, tone, text, times }: Line, colors: Colors): string {
  const { bold, cyan, dim, green, magenta, red, yellow } = colors
  const { sign, paint } = {
    story: { sign: '·', paint: dim },
    request: { sign: '→', paint: cyan },
    accepted: { sign: '←', paint: green },
    refused: { sign: '←', paint: yellow },
    decision: { sign: '?', paint: magenta },
    refresh: { sign: '↻', paint: bold },
    end: { sign: '■', paint: red },
    other: { sign: ' ', paint: dim },
  }[tone]

  const time = dim(`${(at / 1000).toFixed(3).padStart(7)} s`)
  return `${time}  ${who.padEnd(8)}  ${paint(`${sign} ${text}`)}${times > 1 ? bold(` × ${times}`) : ''}`
}
