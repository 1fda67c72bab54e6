import { md5 } from '@noble/hashes/legacy.js'
import { sha256, sha512_256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** An algorithm of RFC 7616 §3.3: lower-case hexadecimal of bytes, or of text as one byte a character. */
export type DigestHash = (data: string | Uint8Array) => string

/** `undefined` for an algorithm that is unknown: its challenge is left to another. `-sess` is no matter of the hash. */
export function digestHash(algorithm: string): DigestHash | undefined {
  switch (algorithm.toUpperCase().replace(/-SESS$/, '')) {
    case 'MD5':
      return (data) => bytesToHex(md5(bytesOf(data)))
    case 'SHA-256':
      return (data) => bytesToHex(sha256(bytesOf(data)))
    case 'SHA-512-256':
      return (data) => bytesToHex(sha512_256(bytesOf(data)))
    default:
      return undefined
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Uint8Array.from(data, (character) => character.charCodeAt(0)) : data
}
