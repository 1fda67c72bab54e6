import { type Mutant, mutant } from './mutant'

const answer = 'pipeline/answer.ts'
const judge = 'pipeline/judge.ts'
const freshness = 'pipeline/freshness.ts'

/** Faults of a call: whose tokens it carries, how often it is sent, and that it ends. */
export const callMutants: readonly Mutant[] = [
  mutant(
    'sends again for whoever is signed in',
    answer,
    '// This call is not sent for whoever signed in meanwhile.\n    if (!isStillOurs()) return handBack()',
    '',
  ),
  {
    name: 'compares no session when it sends again',
    patches: [
      {
        file: answer,
        find: '// This call is not sent for whoever signed in meanwhile.\n    if (!isStillOurs()) return handBack()',
        replace: '',
      },
      { file: judge, find: 'changed: !isSameSession(now, phase, template.isSafe),', replace: 'changed: false,' },
    ],
  },
  mutant(
    'sends unsafe requests again for a session it can not tell',
    'pipeline/same-session.ts',
    'now.epoch === begun.epoch && (now.doubt === begun.doubt || isSafe)',
    'now.epoch === begun.epoch',
  ),
  mutant(
    'refreshes for a 401 to an older token',
    judge,
    'outdated: attached && scheme.usesTokens && isNewer(now, phase)',
    'outdated: false',
  ),
  mutant(
    'sends a call for whoever signed in while the store was read',
    freshness,
    'if (!turns) return session.phase',
    'if (turns || !turns) return session.phase',
  ),
  {
    name: 'sends a call for whoever signed in while it refreshed',
    patches: [
      { file: freshness, find: "if (now.epoch !== phase.epoch || kind === 'session-changed') throw sessionOver(now)", replace: '' },
      { file: freshness, find: 'if (latest.epoch !== phase.epoch) throw sessionOver(latest)', replace: '' },
    ],
  },
  mutant('answers everything as often as it is asked', 'pipeline/request-template.ts', 'this.answered = [...this.answered, cause]', ''),
  mutant('sends a stream twice', 'pipeline/request-template.ts', 'if (!this.copy) return !this.isOneShot', 'if (!this.copy) return true'),
  mutant(
    'does not hear its caller leave',
    'platform/abortable.ts',
    'for (const leave of crowds.get(this) ?? []) leave(abortReason(this))',
    '',
  ),
  mutant('leaves its listener on the signal', 'platform/abortable.ts', "if (!crowd.size) signal.removeEventListener('abort', onAbort)", ''),
  mutant('leaves its timers running', 'platform/bounded.ts', '.finally(() => timer.abort(0))', ''),
]
