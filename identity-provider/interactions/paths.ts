/** path under the base of the site */
export const INTERACTION = '/interaction'

const ONWARD = '/onward'

export function isUid(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{1,64}$/.test(text)
}

/** Returns the page that a form leads to when an interaction goes on. */
export function onwardTo(uid: string): string {
  return `${INTERACTION}/${uid}${ONWARD}`
}

/** Returns the id of the interaction that goes on at a page. */
export function interactionIn(page: unknown): string | undefined {
  if (typeof page !== 'string' || !page.startsWith(`${INTERACTION}/`) || !page.endsWith(ONWARD)) return undefined
  const uid = page.slice(INTERACTION.length + 1, -ONWARD.length)
  return isUid(uid) ? uid : undefined
}
