/** The plug for mutual exclusion: between tabs, processes or machines. */
export interface Lock {
  /**
   * Waits for the lock, runs `task` once, releases.
   * @param task `lost` aborts if the lock is lost while the task runs; the task decides what that means.
   * @param options.waitTimeout how long to wait for the lock, in milliseconds; the task itself is not limited.
   * @throws {LockTimeoutError} past `waitTimeout`; `signal.reason` when aborted while waiting.
   */
  hold<Result>(
    name: string,
    task: (lost: AbortSignal) => Promise<Result>,
    options: { readonly signal?: AbortSignal | undefined; readonly waitTimeout: number },
  ): Promise<Result>
}
