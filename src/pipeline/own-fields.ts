import { nothing } from '../platform/copy-of'

/**
 * What a Request or a class instance has, too; but not what a polluted `Object.prototype` adds (A56). A getter that throws does so again
 * for whoever reads the field: some are not for a `fetch` to read (Next.js has such on its Requests).
 */
export function ownFields(init: RequestInit | undefined): RequestInit {
  if (!init) return nothing
  const fields: Record<string, unknown> = Object.create(nothing)
  for (let from: unknown = init; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      try {
        fields[name] ??= init?.[name as keyof RequestInit]
      } catch (error) {
        const get = (): never => {
          throw error
        }
        // On a prototype: who copies the fields need not read it.
        if (Object.getPrototypeOf(fields) === nothing) Object.setPrototypeOf(fields, Object.create(nothing))
        Object.defineProperty(Object.getPrototypeOf(fields), name, { get, configurable: true })
      }
    }
  }
  return fields
}

/** A copy of what `ownFields` gave: of nothing, mostly, which need not go through every step of a copy. */
export function copyOfOwn(fields: RequestInit): RequestInit {
  return fields === nothing ? Object.create(nothing) : Object.assign(Object.create(Object.getPrototypeOf(fields)), fields)
}
