/** `value` where it is a text that holds no token or secret of the form that was sent, plain or encoded (A35); else nothing. */
export function harmlessText(value: unknown, sent: string): string {
  const text = typeof value === 'string' ? value : ''
  const spelled = `${text} ${new URLSearchParams({ text })}`
  return [...sent.matchAll(/(?:token|secret|assertion)=([^&]+)/g)].some(([, secret = '']) => spelled.includes(secret)) ? '' : text
}
