/**
 * Returns the parsed URL, or `undefined` if `text` is not one. `URL.canParse` is not asked: Node 20 reads a text of Latin-1
 * characters as UTF-8 there, so it says yes to texts that the constructor then throws at.
 */
export function urlOf(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
