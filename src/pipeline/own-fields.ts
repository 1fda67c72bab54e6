/** What a Request or a class instance has, too; but not what a polluted `Object.prototype` adds (A56). */
export function ownFields(init: RequestInit | undefined): RequestInit {
  const fields: Record<string, unknown> = Object.create(null)
  for (let from: unknown = init; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) fields[name] ??= init?.[name as keyof RequestInit]
  }
  return fields
}

/** A copy that has no prototype either. */
export function copyOf(fields: RequestInit): RequestInit {
  return Object.assign(Object.create(null), fields)
}
