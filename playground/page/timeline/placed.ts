/** Puts a mark at `left`, in percent. By the style object: the page's content security policy allows no style attributes. */
export function placed<Placed extends HTMLElement>(mark: Placed, left: number, width?: number): Placed {
  mark.style.left = `${left}%`
  if (width !== undefined) mark.style.width = `${width}%`
  return mark
}

/** The same for a mark whose text may be wider than it: it grows to the side where there is room. */
export function placedWithText<Placed extends HTMLElement>(mark: Placed, left: number, width?: number): Placed {
  const right = left + (width ?? 0)
  placed(mark, left, width)
  if (left + right > 100) Object.assign(mark.style, { left: 'auto', right: `${100 - right}%` })
  return mark
}
