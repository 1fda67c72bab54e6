/** How far a lock reaches: this client, all tabs of an origin, all processes of a machine, all machines. */
export type Coordination = 'client' | 'browser' | 'machine' | 'fleet'

/** The plug for mutual exclusion: between tabs, processes or machines. */
export interface Lock {
  /**
   * How far it reaches, where a client is given it.
   * @default 'client'
   */
  readonly coordination?: Coordination | undefined
  /**
   * Waits for the lock, runs `task` once, releases.
   * @param task `lost` aborts if the lock is lost while the task runs; the task decides what that means.
   * @throws {LockTimeoutError} past `waitTimeout`; `signal.reason` when aborted while waiting.
   */
  hold<Result>(name: string, task: (lost: AbortSignal) => Promise<Result>, options: HoldOptions): Promise<Result>
}

/** How to wait for a lock. */
export interface HoldOptions {
  /** Gives up the wait; once the lock is granted, it is not looked at. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait for the lock, in milliseconds; the task itself is not limited. */
  readonly waitTimeout: number
}
