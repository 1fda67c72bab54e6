import type { Place } from '../../matrix/run.ts'

export interface TokenFields {
  readonly access_token?: string
  readonly refresh_token?: string
}

/** The two entries of a `localStorage`, for recipes that leave storage to the app. */
export class StoredPair {
  accessToken: string | undefined
  refreshToken: string | undefined

  constructor(signIn: Place['signIn']) {
    Object.assign(this, signIn())
  }

  /** Stores a whole pair only: a recipe that shows no storing can't be blamed for an app that stores badly. */
  store({ access_token, refresh_token }: TokenFields): string {
    if (access_token && refresh_token) {
      this.accessToken = access_token
      this.refreshToken = refresh_token
    }
    return String(access_token)
  }

  get form(): Record<string, string> {
    return { grant_type: 'refresh_token', client_id: 'web', refresh_token: String(this.refreshToken) }
  }

  /** The pair is gone: nothing is left to do but to sign in again. */
  isGone(): boolean {
    return !this.refreshToken
  }
}
