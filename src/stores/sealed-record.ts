import { StorageError } from '../errors/storage-error'
import { base64 } from '../platform/base64'

/** 32 bytes, or their base64 (`openssl rand -base64 32`). */
export type EncryptionKey = Uint8Array | string

/** Makes the text of a record unreadable and unchangeable for whoever has no key; `where` is part of it, so that it can't be moved. */
export interface Seal {
  close(text: string, where: string): Promise<string>
  /** @throws {StorageError} for what none of the keys opens. */
  open(sealed: string, where: string): Promise<string>
}

/**
 * AES-256-GCM by WebCrypto. The first key seals, every key opens: to rotate, put the new one last, first when everybody who reads has
 * it, and drop the old one when all records have been written anew.
 * @throws {TypeError} for a key of another length; it is not quoted.
 */
export function sealWith(keys: readonly EncryptionKey[]): Seal {
  const raw = keys.map(bytesOf)
  if (!raw.length) throw mistake()
  const imported = new Map<number, Promise<CryptoKey>>()
  const keyAt = (index: number): Promise<CryptoKey> => {
    const known = imported.get(index) ?? crypto().importKey('raw', raw[index] as BufferSource, algorithm, false, ['encrypt', 'decrypt'])
    imported.set(index, known)
    return known
  }
  return {
    async close(text, where) {
      const iv = globalThis.crypto.getRandomValues(new Uint8Array(ivLength))
      const parameters = { name: algorithm, iv, additionalData: encode(where) }
      const cipher = new Uint8Array(await crypto().encrypt(parameters, await keyAt(0), encode(text)))
      return prefix + base64(binary(iv) + binary(cipher))
    },
    async open(sealed, where) {
      const bytes = sealed.startsWith(prefix) ? fromBase64(sealed.slice(prefix.length)) : undefined
      if (bytes && bytes.length > ivLength) {
        const parameters = { name: algorithm, iv: bytes.slice(0, ivLength), additionalData: encode(where) }
        for (const index of raw.keys()) {
          const text = await crypto()
            .decrypt(parameters, await keyAt(index), bytes.slice(ivLength))
            .catch(() => undefined)
          if (text) return new TextDecoder().decode(text)
        }
      }
      throw new StorageError(`What is stored under ${where} was not sealed for it by a key of \`encryptionKey\`: it is left as it is`)
    },
  }
}

const prefix = 'v1.aes-256-gcm.'
const algorithm = 'AES-GCM'
const ivLength = 12 // NIST SP 800-38D §8.2.2: 96 bits, drawn anew for every record.

function bytesOf(key: EncryptionKey): Uint8Array<ArrayBuffer> {
  const bytes = typeof key === 'string' ? fromBase64(key) : key instanceof Uint8Array ? new Uint8Array(key) : undefined
  if (bytes?.length !== 32) throw mistake()
  return bytes
}

function mistake(): TypeError {
  return new TypeError(
    '`encryptionKey` must be 32 bytes, or their base64: such as the output of `openssl rand -base64 32`; or a list of such',
  )
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(globalThis.atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

function binary(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text))
}

function crypto(): SubtleCrypto {
  return globalThis.crypto.subtle
}
