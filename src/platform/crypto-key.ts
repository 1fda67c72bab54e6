/** What `crypto.subtle` works with, told by what takes it: the types of Node name it nowhere that all can see. */
export type CryptoKeyLike = Parameters<typeof crypto.subtle.exportKey>[1]

/** Both halves of what `crypto.subtle.generateKey` makes for signatures: a `CryptoKeyPair`. */
export interface KeyPair {
  /** What signs. */
  readonly privateKey: CryptoKeyLike
  /** What others check it by. */
  readonly publicKey: CryptoKeyLike
}
