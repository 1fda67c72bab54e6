/**
 * Unpredictable bytes, for nonces.
 * @throws {TypeError} where the platform has no `crypto.getRandomValues` (React Native without a polyfill).
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const { crypto } = globalThis
  if (!crypto?.getRandomValues)
    throw new TypeError('There is no crypto.getRandomValues here: import a polyfill such as react-native-get-random-values first')
  return crypto.getRandomValues(new Uint8Array(length))
}
