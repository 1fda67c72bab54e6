import type { Heard } from '../heard'

/** An access token's time with the client: from when it came to when another one took its place. */
export interface TokenBar {
  /** Counts the tokens of a run. */
  readonly number: number
  readonly from: number
  /** Absent while it is held. */
  readonly to?: number | undefined
  /** What ended it: another token, or the end of the session. */
  readonly ended?: 'replaced' | 'session over' | undefined
  /** By the client's clock, which need not be the page's. Absent where nothing says when it ends. */
  readonly expiresAt?: number | undefined
  /** How long it had to live when it came, in milliseconds, by the same clock. */
  readonly lives?: number | undefined
}

/** The access tokens of a run; two tabs that hold the same one have one bar. */
export function tokenBarsOf(run: readonly Heard[]): readonly TokenBar[] {
  const bars: TokenBar[] = []
  for (const { at, what } of run) {
    if (what.type !== 'session-changed') continue
    const last = bars.at(-1)
    const open = last && last.to === undefined ? last : undefined
    const { state } = what
    if (state.status === 'authenticated') {
      if (open && bars.some((bar) => bar.expiresAt === state.expiresAt)) continue
      if (open) bars[bars.length - 1] = { ...open, to: at, ended: 'replaced' }
      const { expiresAt } = state
      bars.push({ number: bars.length + 1, from: at, expiresAt, lives: expiresAt === undefined ? undefined : expiresAt - what.at })
    } else if (open && (state.status === 'ended' || state.status === 'anonymous')) {
      bars[bars.length - 1] = { ...open, to: at, ended: 'session over' }
    }
  }
  return bars
}
