import { StorageError } from '../errors/storage-error'
import { plain, type StoredSession } from '../tokens/token-set'

/** The key of a session in a storage. Its characters are those that every storage takes (expo-secure-store has the fewest). */
export function recordKey(name: string): string {
  if (typeof name !== 'string' || !/^[\w.-]+$/.test(name)) {
    throw new TypeError("`name` must be one or more of the characters A-Z a-z 0-9 . _ -: pass the name of your app, such as 'my-app'")
  }
  return `authenticated-client.${name}`
}

/** The text that a storage keeps. Fields that JSON can't hold are dropped. */
export function encodeRecord(session: StoredSession): string {
  if (!isStoredSession(session)) {
    throw new TypeError('A session to store needs a string `accessToken`, or `sessionId` and `counter`, and no known field of another type')
  }
  // A set that hides itself from logs by `toJSON` would be hidden from the next read.
  const fields = Object.entries({ ...plain(session), toJSON: undefined }).filter(([, value]) => fitsJson(value))
  return JSON.stringify({ version, session: Object.fromEntries(fields) })
}

/**
 * What the storage's text says; `null` = there is none.
 * @throws {StorageError} for anything this package did not write. It names the key, and has no `cause`: V8's JSON errors quote the text.
 */
export function decodeRecord(text: unknown, key: string): StoredSession | null {
  if (text === null || text === undefined) return null
  let record: { version?: unknown; session?: unknown } | null = null
  try {
    record = JSON.parse(String(text))
  } catch {}
  if (record?.version === version && isStoredSession(record.session)) return record.session
  throw new StorageError(`What is stored under ${key} is corrupt, or another version's: it is left as it is; remove it to sign in anew`)
}

const version = 1

/** Fields that are used as this type wherever they occur; `counter` may be an app's own beside tokens. */
const known = {
  accessToken: 'string',
  refreshToken: 'string',
  expiresAt: 'number',
  tokenType: 'string',
  scope: 'string',
  idToken: 'string',
  sessionId: 'string',
}

function fitsJson(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false // A bigint, or what contains itself.
  }
}

// A41: whatever else runs on the origin may have written it.
function isStoredSession(value: unknown): value is StoredSession {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  const typed = Object.entries(known).every(([name, type]) => {
    const field = fields[name] ?? undefined // JSON turns NaN into null: absent.
    return field === undefined || typeof field === type
  })
  return typed && (typeof fields.accessToken === 'string' || (typeof fields.sessionId === 'string' && Number.isFinite(fields.counter)))
}
