/** Seeds that have broken a rule once, and what was wrong. Every run begins with them, whatever else it runs. */
export const regressions: readonly { readonly seed: number; readonly name: string }[] = [
  { seed: 1658, name: 'a hint was answered by the read that restores, which may be older than the hint' },
  { seed: 62177, name: 'the write of a logout landed after the logout had given up, and was taken for nobody’s' },
  { seed: 82507, name: 'a step-up in this tab was taken for a sign-in here, though another tab had signed in' },
  {
    seed: 123428,
    name: 'a tab that was signed out met its session again, saved by another tab where writes are no swaps, while its refresh was under way',
  },
  { seed: 566795, name: 'the same, where the session had been replaced by a sign-in' },
  {
    seed: 111286,
    name: 'a sign-in was never saved, the answer to its refresh was lost, and the session that the store still held was alive',
  },
  { seed: 92532, name: 'a sign-in that was saved, though its write had failed, was saved again: who had heard its end stayed ended' },
  {
    seed: 103740,
    name: 'the write of a logout landed long after it had given up, on a pair that nothing told from its own, and was taken for nobody’s',
  },
  { seed: 108489, name: 'a cool-down was forgotten when its session came back after another sign-in, which could not be saved' },
  { seed: 577627, name: 'what a tab had signed out of while restoring was cleared late, while another tab called' },
  { seed: 78456, name: 'what the store showed on the way to a broken lock was not taken up, and the consumed token presented later' },
  { seed: 613581, name: 'a session that a sign-in had put in the place of another, and that began anew after its end, ended once more' },
  { seed: 615955, name: 'a tab had signed out of two sign-ins of one user, which nothing told apart, and cleared the store late' },
  { seed: 618137, name: 'a sign-in that was saved late took the place of a session whose call had been refused, and was handed its 401' },
  { seed: 31231, name: 'a foreign writer was given the very same pair again, and who had signed out of it stayed signed out' },
  { seed: 548200, name: 'a save that was given up landed on another session, and could be mended only with the next call' },
  { seed: 517052, name: 'a logout elsewhere was told of while a sign-in was being saved, and overlooked' },
  { seed: 501398, name: 'the pause that a server asked for was forgotten where its session was left before the answer, and came back' },
  { seed: 83938, name: 'a session that came back without its id was written over, once it had it again, as one that was signed out of' },
  { seed: 86935, name: 'a sign-in whose save was given up landed on top of the next one, and stayed there until the next call' },
  { seed: 110672, name: 'the same, where the sign-in after it was another user’s' },
]
