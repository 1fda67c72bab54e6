import type { ClientEvent } from 'authenticated-client'
import type { Act, ActResult } from './act'

/** What the stage tells while an act runs; `at` is in milliseconds since the curtain rose. */
export type Note =
  | { readonly type: 'act-started'; readonly at: number; readonly act: Pick<Act, 'id' | 'title' | 'promise'> }
  | { readonly type: 'said'; readonly at: number; readonly text: string }
  | { readonly type: 'waiting'; readonly at: number; readonly until: string; readonly remaining: number }
  | { readonly type: 'client-event'; readonly at: number; readonly client: string; readonly event: ClientEvent }
  | { readonly type: 'act-ended'; readonly at: number; readonly result: ActResult }
