import { absolute, originOf } from '../platform/origin'

/** Where a server in a box is. @throws {TypeError} for what has no origin: the scheme of `localhost:3000` would be `localhost:`. */
export function serverOrigin(given: string): string {
  const origin = originOf(absolute(given))
  if (!origin) throw new TypeError('origin must be an absolute http or https URL, such as http://localhost:3000')
  return origin
}
