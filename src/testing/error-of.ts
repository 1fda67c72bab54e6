/** What it rejects with; `undefined` where it doesn't. */
export async function errorOf(
  promise: Promise<unknown>,
): Promise<{ readonly code?: unknown; readonly message?: unknown; readonly cause?: unknown } | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return Object(error)
  }
}
