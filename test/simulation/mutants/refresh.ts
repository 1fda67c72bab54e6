import { type Mutant, mutant } from './mutant'

const refresher = 'session/refresher.ts'
const spender = 'session/spender.ts'

/** Faults of the flight: who refreshes when, with what, and what becomes of it. */
export const refreshMutants: readonly Mutant[] = [
  mutant('takes no lock', refresher, 'holdLock(lock, lockName(id), task, 3 * limit, clock)', 'task(new AbortController().signal)'),
  mutant('does not look under the lock', spender, 'const known = await lookBeyond(from, target)', 'const known = undefined'),
  {
    name: 'looks before it waits for the lock, not after',
    patches: [
      { file: spender, find: 'const known = await lookBeyond(from, target)', replace: 'const known = undefined' },
      {
        file: refresher,
        find: 'session\n        .sharedId()',
        replace: 'lookBeyond(from).then((known) => known && settle(known)).catch(() => {})\n      session\n        .sharedId()',
      },
    ],
  },
  mutant('never adopts what another tab has rotated', spender, "? { kind: 'adopted' } : undefined", '? undefined : undefined'),
  mutant('takes any generation for a newer one', spender, 'isNewer(phase, from) &&', ''),
  {
    name: 'saves after a logout',
    patches: [
      { file: spender, find: 'const isSame = session.phase.epoch === from.epoch', replace: 'const isSame = true' },
      { file: spender, find: 'now === mine ||', replace: 'true ||' },
    ],
  },
  mutant('keeps its own pair though another was saved meanwhile', spender, 'now === mine ||', 'true ||'),
  mutant('lets the lock go while another pair is still being saved', spender, 'await keeper.landed()', ''),
  mutant(
    'makes every refresh a flight of its own',
    refresher,
    'coolingDown(phase) ?? (await flights.join(from.epoch, () => fly(from, because)))',
    'coolingDown(phase) ?? (await fly(from, because))',
  ),
  {
    name: 'makes every refresh a flight of its own, and none waits for another',
    patches: [
      {
        file: refresher,
        find: 'coolingDown(phase) ?? (await flights.join(from.epoch, () => fly(from, because)))',
        replace: 'coolingDown(phase) ?? (await fly(from, because))',
      },
      {
        file: refresher,
        find: 'takeTurn(from.epoch, () => spend(from, because, target, lost, settle))',
        replace: 'spend(from, because, target, lost, settle)',
      },
    ],
  },
  {
    name: 'ignores the cool-down',
    patches: [
      { file: refresher, find: 'failure: (phase) => coolDown.running(phase)?.error,', replace: 'failure: () => undefined,' },
      { file: spender, find: 'const failure = coolDown.running(phase)', replace: 'const failure: any = undefined' },
    ],
  },
  mutant('ignores Retry-After', 'session/cool-down.ts', 'Math.max(own, serverAsked)', 'own'),
  mutant('ignores the refresh budget', 'session/refresh-budget.ts', 'return limit && counted.length >= limit.attempts', 'return false'),
  {
    name: 'lets the lock go before the save',
    patches: [
      { file: 'session/keeper.ts', find: '      await saving\n', replace: '' },
      { file: spender, find: 'await keeper.landed()', replace: '' },
    ],
  },
  mutant(
    'presents the token again and again while no answer comes',
    spender,
    'if (!error.answered && unanswered !== presented && !signal.aborted) unanswered = presented',
    'if (!error.answered) unanswered = presented',
  ),
  mutant('takes any failure for no answer', spender, 'if (!error.answered && unanswered !== presented', 'if (unanswered !== presented'),
  mutant(
    'forgets a rotation that came without a usable access token',
    'session/presentation.ts',
    'if (!old || !refreshToken ||',
    'if (true ||',
  ),
  {
    name: 'ends the session though another tab has rotated',
    patches: [
      { file: spender, find: 'if (!phase.held || (await hasMoved(phase))) continue', replace: '' },
      {
        file: 'session/session.ts',
        find: 'if (memory.phase === from && !saves.owed && (await saves.clear(from.held)) === false) await look()',
        replace: '',
      },
    ],
  },
  mutant('has no deadline', 'session/deadline.ts', 'if (ms && ms < Infinity) sleepOut(ms, clock, timer.signal).then(end, end)', ''),
  mutant('gives up what came while its tab was frozen', 'platform/sleep-out.ts', 'if (late > 0) ', 'if (late >= longest) '),
  mutant('leaves the timer of the deadline running', spender, 'deadline.clear()', ''),
  mutant('lets the lock go while its task runs', 'session/hold-lock.ts', '      await running\n', ''),
  mutant('runs the task as often as the lock asks for it', 'session/hold-lock.ts', 'running ??= task(lost ', 'running = task(lost '),
  mutant(
    'goes on without the lock when it has waited long enough',
    'session/hold-lock.ts',
    "(isAuthError(error, 'ERR_LOCK_TIMEOUT') ? reject(error) : resolve())",
    'resolve()',
  ),
  mutant(
    'gives up where the lock refuses',
    'session/hold-lock.ts',
    "(isAuthError(error, 'ERR_LOCK_TIMEOUT') ? reject(error) : resolve())",
    'reject(error)',
  ),
  mutant(
    'waits for its lock for ever',
    'session/hold-lock.ts',
    'await boundedIfLong(granted, waitTimeout, clock, () => new LockTimeoutError())',
    'await granted',
  ),
  mutant('takes 503 for a refusal', 'grants/token-refusal.ts', '/^40[01] invalid_grant$/', '/^(40[01] invalid_grant|50[03] .*)$/'),
  mutant('takes every 4xx for a refusal', 'grants/token-refusal.ts', '/^40[01] invalid_grant$/', '/^4\\d\\d /'),
  {
    name: 'ends the refresh when the caller who began it leaves',
    patches: [
      {
        file: 'pipeline/answer.ts',
        find: "wait(refresher.refresh(now, 'unauthorized'))",
        replace: "wait(refresher.refresh(now, 'unauthorized', signal))",
      },
      { file: 'pipeline/freshness.ts', find: "refresher.refresh(phase, 'spent')", replace: "refresher.refresh(phase, 'spent', signal)" },
      {
        file: refresher,
        find: "const refresh: Refresher['refresh'] = async (from, because) => {",
        replace: 'const refresh = async (from, because, caller) => {',
      },
      {
        file: refresher,
        find: 'const outcome = coolingDown(phase) ?? (await flights.join(from.epoch, () => fly(from, because)))',
        replace:
          'const leave = () => stop?.()\n    caller?.addEventListener("abort", leave)\n    const outcome = await Promise.resolve(coolingDown(phase) ?? flights.join(from.epoch, () => fly(from, because))).finally(() => caller?.removeEventListener("abort", leave))',
      },
      { file: refresher, find: 'const { isSaving,', replace: 'const { stop, isSaving,' },
      { file: spender, find: 'const keeper = ', replace: 'let stop: any\n  const keeper = ' },
      { file: spender, find: 'return { isSaving:', replace: 'return { stop: () => stop?.(), isSaving:' },
      { file: spender, find: 'const { signal } = deadline\n', replace: 'const { signal } = deadline\n        stop = deadline.stop\n' },
      {
        file: 'session/deadline.ts',
        find: 'return { signal: controller.signal,',
        replace: 'return { stop: () => controller.abort(new Error("left")), signal: controller.signal,',
      },
    ],
  },
]
