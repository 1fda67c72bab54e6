export async function explore(): Promise<boolean> {
  return true
}
