/** What the clocks on the wall show when a world begins, in milliseconds since the epoch. */
export const wallClockStart = 1_700_000_000_000
