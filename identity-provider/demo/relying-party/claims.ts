import type { SignIn } from './openid-connect'
import type { PartyTexts } from './texts'

/** A value of a claim, as the page shows it. */
export interface Shown {
  readonly text: string
  /** the moment that a number stands for */
  readonly time?: Date
}

/** A claim, with its value in each of the two answers of the provider. */
export interface Row {
  readonly name: string
  readonly meaning: string | undefined
  readonly idToken: Shown | undefined
  readonly userInfo: Shown | undefined
}

/** Claims that are s since 1970 */
const TIMES = new Set(['auth_time', 'iat', 'exp'])

/** Returns the claims of a sign-in: those about the person first, then those about the sign-in, then the others. */
export function rowsOf({ claims, userInfo }: SignIn, { meanings }: PartyTexts): Row[] {
  const known = Object.keys(meanings)
  const others = Object.keys({ ...claims, ...userInfo }).filter(name => !known.includes(name))
  return [...known, ...others.sort()]
    .map(name => ({
      name,
      meaning: Object.hasOwn(meanings, name) ? meanings[name as keyof typeof meanings] : undefined,
      idToken: shown(name, claims[name]),
      userInfo: shown(name, userInfo[name]),
    }))
    .filter(({ idToken, userInfo: other }) => idToken !== undefined || other !== undefined)
}

function shown(name: string, value: unknown): Shown | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return TIMES.has(name) && typeof value === 'number' ? { text, time: new Date(value * 1_000) } : { text }
}
