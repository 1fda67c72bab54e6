import type { LogoutReason, TokenSet } from 'authenticated-client'

/** Where a member can be met; each but `waiting` is passed by the one that refreshes. */
export type Point = 'waiting' | 'locked' | 'received-not-saved' | 'saved-not-released'

/** Where the members' session is. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'redis'; readonly library: 'redis' | 'ioredis'; readonly port: number; readonly key: string; readonly lease?: number }

/** What a member is started with. */
export interface Assignment {
  readonly name: string
  readonly place: Place
  readonly tokenEndpoint: string
  readonly api: string
  readonly refreshTimeout?: number
}

/** To a member. */
export type Order =
  | { readonly type: 'call' }
  /** From now on it stops at this point, until `go`. */
  | { readonly type: 'arm'; readonly point: Point | undefined }
  | { readonly type: 'go' }
  | { readonly type: 'sign-in'; readonly tokens: TokenSet }
  | { readonly type: 'leave' }

/** From a member. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'at'; readonly point: Point; readonly stops: boolean }
  | { readonly type: 'answer'; readonly status?: number; readonly error?: string }
  | { readonly type: 'signed-in'; readonly error?: string }
  | { readonly type: 'logout'; readonly reason: LogoutReason }
