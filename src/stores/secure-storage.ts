import type { AsyncStorage } from './async-storage'

/** What expo-secure-store looks like, as far as it is used. */
export interface SecureStore {
  /** What is kept under `key`; `null` for nothing. */
  getItemAsync(key: string, options?: object): Promise<string | null>
  /** Settles once it is kept. */
  setItemAsync(key: string, value: string, options?: object): Promise<void>
  /** Settles once it is gone; also where there was nothing. */
  deleteItemAsync(key: string, options?: object): Promise<void>
}

/**
 * expo-secure-store as the storage of `asyncStorageStore`. It promises to keep 2048 bytes in a value, and a set with JWTs is often
 * longer: such a text is split over values beside it. The parts are written first, the one value that says where they are last: an app
 * that dies in between still has its old session. A read meanwhile gives the old session or the new one, never a mixture. Create it
 * once: two objects know nothing of each other's writes.
 * @param options for each call, such as `keychainAccessible`. With `requireAuthentication` each part asks the user: prefer `keychainStorage`.
 * @throws {TypeError} where a function is missing.
 * @example asyncStorageStore('my-app', secureStorage(SecureStore))
 */
export function secureStorage(store: SecureStore, options: object = {}): AsyncStorage {
  for (const method of ['getItemAsync', 'setItemAsync', 'deleteItemAsync'] as const) {
    if (typeof store?.[method] !== 'function')
      throw new TypeError(`\`store\` has no ${method}(): pass what \`import * as SecureStore from 'expo-secure-store'\` gives`)
  }
  // Mocks of it may give `undefined` for nothing.
  const get = async (key: string): Promise<string | null> => (await store.getItemAsync(key, options)) ?? null

  const changes = new Map<string, Promise<void>>()
  /** Keys that hold nothing, and whose leftover parts were looked for. */
  const bare = new Set<string>()

  /** One at a time, however many stores share this object: two at once would write their parts into the same row. */
  const change = (key: string, action: () => Promise<void>): Promise<void> => {
    const changed = (changes.get(key) ?? Promise.resolve()).then(action, action)
    changes.set(key, changed)
    return changed
  }

  /** Removes the parts of a row from `first` on; the last one first: what a cut short sweep leaves, the next one finds. */
  const sweep = async (key: string, row: Row, first: number): Promise<void> => {
    let end = first
    while ((await get(partKey(key, row, end))) !== null) end += 1
    for (let index = end - 1; index >= first; index -= 1) await store.deleteItemAsync(partKey(key, row, index), options)
  }

  const sweepAll = async (key: string): Promise<void> => {
    await sweep(key, 'a', 0)
    await sweep(key, 'b', 0)
  }

  /** Removes the parts that a sign-out that was cut short may have left: it removes the value that says where they are first. */
  const sweepBare = (key: string): void => {
    if (bare.has(key)) return
    bare.add(key)
    const look = async (): Promise<void> => {
      for (const row of ['a', 'b'] as const) {
        // In this order: a keychain that is locked may give nothing for everything. Where it gives a part, it would give that value too.
        if ((await get(partKey(key, row, 0))) !== null && (await get(key)) === null) await sweep(key, row, 0)
      }
    }
    change(key, look).catch(() => bare.delete(key))
  }

  const write = async (key: string, text: string): Promise<void> => {
    bare.delete(key)
    const parts = split(text)
    const old = whereParts(await get(key))
    // Once split, a session stays split: each write takes the row of the one before the last, and by the count of writes in the head a
    // read notices that its row was written anew.
    const count = parts.length > 1 || old ? parts.length : 0
    const next = { parts: count, write: (old?.write ?? startFor(text)) + 1 }
    const [row, other] = [rowOf(next), rowOf({ write: next.write + 1 })]
    for (const [index, part] of parts.entries()) if (index < count) await store.setItemAsync(partKey(key, row, index), part, options)
    await store.setItemAsync(key, count ? JSON.stringify(next) : text, options)
    await sweep(key, row, count)
    await sweep(key, other, 0)
  }

  return {
    async getItem(key) {
      for (let head = await get(key); ; ) {
        const where = whereParts(head)
        if (head === null) sweepBare(key)
        if (!where) return head
        const parts = await Promise.all(Array.from({ length: where.parts }, (_, index) => get(partKey(key, rowOf(where), index))))
        const now = await get(key)
        if (now === head) {
          if (parts.every((part) => part !== null)) return parts.join('')
          throw new Error('A part of the session is missing')
        }
        head = now // It was written anew meanwhile: a row may hold parts of two sessions.
      }
    },
    setItem: (key, text) => change(key, () => write(key, text)),
    removeItem: (key) =>
      change(key, async () => {
        await store.deleteItemAsync(key, options)
        await sweepAll(key)
      }),
  }
}

type Row = 'a' | 'b'

/** In bytes: what iOS and Android are known to take. */
const most = 2048

function partKey(key: string, row: Row, index: number): string {
  return `${key}.${row}.${index}`
}

/** What the one value says of a session that is split. */
interface Head {
  readonly parts: number
  /** Counts the writes, from `startFor` the first. */
  readonly write: number
}

/** Even, and by the text: if every session counted its writes from 0, a read across a sign-out and a sign-in could see one head twice. */
function startFor(text: string): number {
  return 2 * [...text].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) as number)) % 2 ** 48, 0)
}

function whereParts(head: string | null): Head | undefined {
  return head !== null && /^\{"parts":\d{1,4},"write":\d{1,15}\}$/.test(head) ? JSON.parse(head) : undefined
}

/** Two rows by turns: a write leaves the last one's parts alone. */
function rowOf({ write }: Pick<Head, 'write'>): Row {
  return write % 2 ? 'a' : 'b'
}

/** In parts of at most `most` bytes; never within a character. */
function split(text: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const character of text) {
    const size = utf8Length(character.codePointAt(0) as number)
    if (bytes + size > most) {
      parts.push(part)
      part = ''
      bytes = 0
    }
    part += character
    bytes += size
  }
  return [...parts, part]
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}
