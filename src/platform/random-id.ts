import { randomBytes } from './random-bytes'

/** An id that nobody can guess: 16 bytes in hexadecimal. @throws {TypeError} as `randomBytes` does. */
export function randomId(): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
