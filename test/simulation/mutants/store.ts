import { type Mutant, mutant } from './mutant'

/** Faults between the session and where it is kept. */
export const storeMutants: readonly Mutant[] = [
  mutant(
    'asks getTokens only once',
    'session/store-access.ts',
    "read: () => settle('read', read),",
    "read: (() => { let kept: any; return () => (kept ??= settle('read', read)) })(),",
  ),
  mutant(
    'takes a store that fails for one that is empty',
    'session/store-access.ts',
    'return boundedIfLong(answer, limit, clock, late).catch((cause) => failed(operation, cause))',
    "return boundedIfLong(answer, limit, clock, late).catch((cause) => operation === 'read' ? null : failed(operation, cause))",
  ),
  mutant(
    'waits for its store for ever',
    'session/store-access.ts',
    'return boundedIfLong(answer, limit, clock, late).catch',
    'return answer.catch',
  ),
  mutant('does not look before saveTokens', 'stores/callback-store.ts', 'if (!sameTokens(before, expected)) return false', ''),
  mutant(
    'does not look after saveTokens',
    'stores/callback-store.ts',
    'answer !== false && after(read(), (now) => sameTokens(now, next))',
    'answer !== false',
  ),
  mutant('writes localStorage without comparing', 'stores/web-storage.ts', 'if (!sameTokens(read(), expected)) return false', ''),
  mutant('ignores hints', 'session/follow-store.ts', 'store.subscribe?.(', 'undefined?.('),
  mutant(
    'lets a hint be answered by the read that restores',
    'session/follow-store.ts',
    "if (session.phase.state.status === 'restoring') await session.look()",
    '',
  ),
]
