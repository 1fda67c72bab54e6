/**
 * Stands for the package `dpop` in the simulation's bundle: the product's own scheme runs, but a signature of its is no event of the
 * platform's, and says in plain words what it signs.
 */
export interface Proof {
  /** The name of the key in the key store; absent for one that is not kept. */
  readonly key?: string | undefined
  readonly url: string
  readonly method: string
  readonly nonce?: string | undefined
  readonly accessToken?: string | undefined
}

/** A key as the key store of a world gives it. */
export interface ModelKey {
  readonly name: string
  /** Takes as long as a signature takes. */
  signs(): Promise<void>
}

export async function generateKeyPair(): Promise<Partial<ModelKey>> {
  return {}
}

export async function generateProof(
  { name, signs }: Partial<ModelKey>,
  url: string,
  method: string,
  nonce?: string,
  accessToken?: string,
): Promise<string> {
  await signs?.()
  const proof: Proof = { key: name, url, method, nonce, accessToken }
  return encodeURIComponent(JSON.stringify(proof))
}

export async function calculateThumbprint(): Promise<string> {
  return 'thumbprint'
}

export function proofIn(field: string): Proof {
  return JSON.parse(decodeURIComponent(field)) as Proof
}
