import { after, type MaybePromise } from '../platform/maybe-promise'

/** A user name and a password; or where to get the current ones, asked before every send. */
export type UserCredentials = UserPassword | (() => MaybePromise<UserPassword>)

export interface UserPassword {
  readonly username: string
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
