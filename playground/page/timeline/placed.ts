/** Through the style object: the page's policy allows no style attributes. */
export function placed<Placed extends HTMLElement>(mark: Placed, left: number, width?: number): Placed {
  mark.style.left = `${left}%`
  if (width !== undefined) mark.style.width = `${width}%`
  return mark
}

/** A mark whose text may be longer than its time: it grows to where there is room. */
export function placedWithText<Placed extends HTMLElement>(mark: Placed, left: number, width?: number): Placed {
  const right = left + (width ?? 0)
  placed(mark, left, width)
  if (left + right > 100) Object.assign(mark.style, { left: 'auto', right: `${100 - right}%` })
  return mark
}
