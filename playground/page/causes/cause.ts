import type { AuthenticatedClientOptions, TokenSet } from 'authenticated-client'
import type { DiagnosedCause, DiagnoseInput } from 'authenticated-client/diagnose'
import type { Premises } from '../../servers/workshop'
import type { Watched } from '../watch'

/** A way to get refused: a button of the page. */
export interface Cause {
  readonly id: string
  readonly title: string
  /** What is done, in one sentence. */
  readonly how: string
  /** What the diagnosis has to come to. */
  readonly expects: DiagnosedCause
  run(bench: Bench): Promise<unknown>
}

/** What an experiment works with. */
export interface Bench {
  readonly servers: Premises
  /** The API's URL of a path. */
  api(path: string): string
  /** The same through one of the proxies on the page's own origin. */
  proxied(proxy: 'plain' | 'strips' | 'caches' | 'wants-credentials', path: string): string
  /** A client that can refresh. */
  webApp(tokens: TokenSet, options?: BenchOptions): Watched
  /** A client that holds these tokens and no way to get others: what comes back is the first answer. */
  holder(tokens: TokenSet | null, options?: BenchOptions): Watched
}

export type BenchOptions = Partial<AuthenticatedClientOptions> & { readonly expected?: DiagnoseInput['expected'] }
