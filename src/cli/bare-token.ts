/** A token without what it is often pasted with: the name of the field, its scheme, quotes. */
export function bareToken(pasted: string): string {
  return unquoted(unquoted(pasted).replace(/^(authorization:\s*)?((bearer|dpop)\s+)?/i, ''))
}

function unquoted(text: string): string {
  return /^\s*(["'`“])([\s\S]*)(["'`”])\s*$/.exec(text)?.[2] ?? text
}
