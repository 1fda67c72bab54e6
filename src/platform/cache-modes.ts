/** Whether requests may say how to use caches; asked once, when it is first needed. Some platforms know no modes, and throw (workerd). */
export function cacheModes(): () => boolean {
  let areKnown: boolean | undefined
  return () => {
    try {
      areKnown ??= Boolean(new Request('https://localhost', { cache: 'reload' }))
    } catch {
      areKnown = false
    }
    return areKnown
  }
}
