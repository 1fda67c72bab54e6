/** Something that can be counted, what was promised of it, and what happened. */
export interface Figure {
  readonly what: string
  readonly promised: number | string
  readonly happened: number | string
}

export function figure<Value extends number | string>(what: string, promised: Value, happened: Value): Figure {
  return { what, promised, happened }
}

export function isHeld(figure: Figure): boolean {
  return figure.promised === figure.happened
}
