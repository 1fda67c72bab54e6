type Child = Node | string

/** A made element; attributes as in HTML, `false` for one that is left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? '' : String(value))
  }
  made.append(...children)
  return made
}

/** An element that the page's HTML is known to hold. */
export function find<Wanted extends Element = HTMLElement>(selector: string, within: ParentNode = document): Wanted {
  const found = within.querySelector<Wanted>(selector)
  if (!found) throw new Error(`The page has no ${selector}`)
  return found
}
