import type { Abortable } from '../platform/abortable'
import type { Clock } from '../platform/clock'
import type { Observe } from '../schemes/observer'
import type { RefreshBudget } from '../session/refresh-budget'
import type { Refresher } from '../session/refresher'
import type { Session } from '../session/session'
import type { StepUp } from './step-up'

/** What a call works with, put together once for each client. */
export interface Parts {
  readonly session: Session
  /** Where the user signs in and out: the session itself, or the one that a resource's belongs to. */
  readonly root: Session
  readonly refresher: Refresher
  readonly budget: RefreshBudget
  readonly clock: Clock
  readonly abortable: Abortable
  readonly stepUp: StepUp | undefined
  readonly observe: Observe
  /** Tells the app that a scheme threw. */
  readonly schemeFailed: (error: unknown) => void
}
