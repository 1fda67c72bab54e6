// With nothing that a polluted `Object.prototype` adds (A56), and read as quickly as a literal.
class Fields {}
Object.setPrototypeOf(Fields.prototype, null)

/** What a Request or a class instance has, too; but not what a polluted `Object.prototype` adds. */
export function ownFields(init: RequestInit | undefined): RequestInit {
  const fields: Record<string, unknown> = new Fields() as Record<string, unknown>
  for (let from: unknown = init; from && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) fields[name] ??= init?.[name as keyof RequestInit]
  }
  return fields
}

/** A copy that is as safe. */
export function copyOf(fields: RequestInit): RequestInit {
  return Object.assign(new Fields(), fields)
}
