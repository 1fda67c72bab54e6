import { type Mutant, mutant } from './mutant'

const session = 'session/session.ts'
const take = 'session/take.ts'
const memory = 'session/memory.ts'
const look = 'session/look.ts'
const saves = 'session/saves.ts'
const reconcile = 'session/reconcile.ts'

/** Faults of the session: what memory holds, what the store shows, and which of them counts. */
export const sessionMutants: readonly Mutant[] = [
  mutant(
    'saves a rotation over whatever the store holds',
    saves,
    'if (held) return write(held, expected)',
    'if (held) return (async () => write(held, await store.read()))()',
  ),
  mutant('counts no session for a logout', memory, 'dead, epoch: phase.epoch + 1 }', 'dead, epoch: phase.epoch }'),
  mutant('counts no session for a sign-in', session, "hold(next, 'received', isSame ? 0 : 1)", "hold(next, 'received', 0)"),
  mutant(
    'ends a session that has moved on',
    session,
    'if (memory.phase !== from || !held) return\n    turns++',
    'if (!held) return\n    turns++',
  ),
  mutant(
    'tells of an end though it had ended',
    session,
    'if (memory.phase !== from || !held) return\n    turns++',
    'if (!held) return onEnd(reason, memory.phase.dead ?? ({} as never), error)\n    turns++',
  ),
  mutant('takes a read that is older than its own change', look, 'if (memory.version === before) return take(read)', 'return take(read)'),
  mutant('joins a look that began before it asked', look, 'if (isRestoring()) return looking', 'return looking'),
  mutant(
    'forgets a logout that came while restoring',
    session,
    "if (memory.phase.state.status !== 'restoring') return end(memory.phase, 'signed_out')",
    "return end(memory.phase, 'signed_out')",
  ),
  {
    name: 'takes a read beside the one that told what was signed out of while restoring',
    patches: [{ file: memory, find: 'dead }\n      version++', replace: 'dead }' }],
    first: 2_000_600_001,
  },
  mutant('takes the session before a sign-in for a new one', session, 'if (held) saves.replace(held)', ''),
  mutant('insists on its sign-in for ever', saves, 'if (force && isOfTried && behind !== undefined) saves.owed = { behind }', ''),
  mutant(
    'insists on a sign-in that is saved, where it was rotated meanwhile',
    saves,
    '{ ...(!isSaved && saves.owed), behind',
    '{ ...saves.owed, behind',
  ),
  {
    name: 'writes its sign-in over what another tab has made of it',
    patches: [{ file: saves, find: '/^(adopt|begin)$/', replace: '/^end$/' }],
    first: 4_131_001,
  },
  mutant('does not save later what it could not save at once', take, 'if (memory.phase.held || read) resume()', ''),
  mutant('tells nobody that the session was ended elsewhere', take, 'onEnd(ending.reason, held, ending.error)', ''),
  mutant('takes a pair that may be somebody else’s for its own', take, 'staysSame ? 0 : 1, isInDoubt ? 1 : 0)', 'staysSame ? 0 : 1, 0)'),
  mutant(
    'spends its old refresh token when the store shows it',
    'session/superseded.ts',
    'filter((token) => !kept.includes(token))',
    'filter((token) => kept.includes(token) && false)',
  ),
  mutant('takes back what it has replaced', reconcile, 'superseded.has(spendable(read)) ||\n    // The same', 'false ||\n    // The same'),
  mutant(
    'takes what it has not saved yet for a change by others',
    reconcile,
    "if (behind !== undefined && sameTokens(read, behind)) return 'stale'",
    '',
  ),
  mutant(
    'takes another session for a rotation',
    reconcile,
    "return same ? 'adopt' : same === undefined ? 'doubt' : 'replace'",
    "return same === undefined ? 'doubt' : 'adopt'",
  ),
  mutant(
    'takes a rotation for another session',
    reconcile,
    "return same ? 'adopt' : same === undefined ? 'doubt' : 'replace'",
    "return 'replace'",
  ),
  mutant('does not hear of a logout elsewhere', reconcile, "if (!read) return 'end'", "if (!read) return 'stale'"),
  mutant(
    'brings back what it has signed out of',
    reconcile,
    "return !read || isDead || superseded.has(spendable(read)) || superseded.has(read.sessionId) ? 'keep' : 'begin'",
    "return !read ? 'keep' : 'begin'",
  ),
  mutant('brings back what it has signed out of when others have rotated it', reconcile, ' || superseded.has(read.sessionId) ?', ' ?'),
  mutant(
    'saves by force what a person has added to a sign-in, once that has landed',
    'session/session.ts',
    'since: (adds && owed?.since) || memory.phase.generation',
    'since: memory.phase.generation',
  ),
]
