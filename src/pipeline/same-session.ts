import type { Phase } from '../session/phase'

/** Whether a call that began in one phase may go on in another: where nothing tells whose tokens they are, with a safe method alone (rule 2). */
export function isSameSession(now: Phase, begun: Phase, isSafe: boolean): boolean {
  return now.epoch === begun.epoch && (now.doubt === begun.doubt || isSafe)
}
