import { after, type MaybePromise } from '../platform/maybe-promise'

/** A user name and a password; or where to get the current ones, asked before every send. */
export type UserCredentials = UserPassword | (() => MaybePromise<UserPassword>)

/** A user name and a password; either may be empty. */
export interface UserPassword {
  /** Taken in normal form C; for `basic` without a colon (RFC 7617 §2). */
  readonly username: string
  /** Taken in normal form C. */
  readonly password: string
}

/** Gives the current ones. @throws {TypeError} for what is none, at once where it is given at once. */
export function userCredentials(scheme: string, given: UserCredentials): () => MaybePromise<UserPassword> {
  const checked = (value: UserPassword): UserPassword => {
    const { username, password } = Object(value)
    if (typeof username === 'string' && typeof password === 'string') return { username, password }
    throw new TypeError(`${scheme} needs credentials: { username, password }, or a function that returns them`)
  }
  if (typeof given === 'function') return () => after(given(), checked)
  const copy = checked(given)
  return () => copy
}
