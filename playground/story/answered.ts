/** How many of these calls the app got a good answer to. The servers can't tell: they count what they sent, not what arrived. */
export async function answered(...calls: readonly Promise<Response>[]): Promise<number> {
  const settled = await Promise.allSettled(calls)
  return settled.filter((call) => call.status === 'fulfilled' && call.value.ok).length
}
