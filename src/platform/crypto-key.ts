/** A `CryptoKey`. Named by a function that takes one, since Node's types have no global name for it. */
export type CryptoKeyLike = Parameters<typeof crypto.subtle.exportKey>[1]

/** Both halves of what `crypto.subtle.generateKey` makes for signatures: a `CryptoKeyPair`. */
export interface KeyPair {
  /** What signs. */
  readonly privateKey: CryptoKeyLike
  /** What others check it by. */
  readonly publicKey: CryptoKeyLike
}
