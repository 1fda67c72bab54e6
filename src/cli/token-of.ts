import { UsageError } from './exchange'
import type { Io } from './io'

/** Where a token comes from: never from the command line itself. */
export interface TokenOptions {
  readonly tokenEnv?: string
  readonly tokenStdin?: boolean
}

/** The token; nothing where none is named. */
export async function tokenOf({ tokenEnv, tokenStdin }: TokenOptions, io: Io): Promise<string | undefined> {
  if (tokenEnv !== undefined) {
    const token = io.env[tokenEnv]?.trim()
    // Its name is not repeated: who writes `--token-env $TOKEN` has given the token.
    if (!token) throw new UsageError('The environment variable that --token-env names is not set or empty. Give its name, not the token.')
    return token
  }
  const token = tokenStdin ? (await io.read('-')).trim() : undefined
  if (token === '') throw new UsageError('Standard input holds no token.')
  return token
}
