/** Most calls give none. Never changed: each send gets a copy. */
const nothing: RequestInit = { __proto__: null } as object

/**
 * What a Request or a class instance has, too; but not what a polluted `Object.prototype` adds (A56). A getter that throws does so again
 * for whoever reads the field: some are not for a `fetch` to read (Next.js has such on its Requests).
 */
export function ownFields(init: RequestInit | undefined): RequestInit {
  if (!init) return nothing
  const fields: Record<string, unknown> = Object.create(null)
  for (let from: unknown = init; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      try {
        fields[name] ??= init?.[name as keyof RequestInit]
      } catch (error) {
        const get = (): never => {
          throw error
        }
        // On a prototype: who copies the fields need not read it.
        const hidden = Object.getPrototypeOf(fields) ?? Object.create(null)
        Object.setPrototypeOf(fields, Object.defineProperty(hidden, name, { get, configurable: true }))
      }
    }
  }
  return fields
}
