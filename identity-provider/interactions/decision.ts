/** An interaction: a question of oidc-provider to the visitor. */
export interface Asked {
  readonly prompt: string
  /** values of the parameter `prompt` */
  readonly prompts: readonly string[]
  /** s that a sign-in may be old; `undefined`: any time */
  readonly maxAge: number | undefined
  /** ms since 1970 */
  readonly beganAt: number
  /** tells if the account is the one of an `id_token_hint`; `undefined`: there is no hint */
  readonly isHinted: ((accountId: string) => boolean) | undefined
  /** account of the provider session that the question is for; `undefined`: there is none, or it has ended */
  readonly accountId: string | undefined
}

/** The signed-in visitor of the site. */
export interface Visitor {
  /** `undefined`: no subject can be made of the account */
  readonly accountId: string | undefined
  /** time of the sign-in, ms since 1970 */
  readonly since: number
}

export type Decision =
  /** the visitor has to sign in at the site */
  | 'sign-in'
  /** the visitor is signed in, and the client can be told the account */
  | 'signed-in'
  | 'consent'
  /** an account that cannot be a subject */
  | 'no-subject'
  /** the visitor signed in with another account than the client expects */
  | 'other-account'

/** Decides about the next question to the visitor. The session of the site tells the account, and the time of its sign-in. */
export function decide(asked: Asked, visitor: Visitor | undefined, now: number): Decision {
  if (!visitor) return 'sign-in'
  const { accountId, since } = visitor
  if (asked.prompt === 'consent' && accountId !== undefined && accountId === asked.accountId) return 'consent'
  if (mustSignInAgain(asked, visitor, now)) return 'sign-in'
  if (accountId === undefined) return 'no-subject'
  if (asked.isHinted && !asked.isHinted(accountId) && since >= asked.beganAt) return 'other-account'
  return 'signed-in'
}

/** Tells if a signed-in visitor has to sign in once more. A sign-in after the request answers everything. */
export function mustSignInAgain(asked: Asked, { accountId, since }: Visitor, now: number): boolean {
  const { prompts, maxAge, beganAt, isHinted } = asked
  if (since >= beganAt) return false
  if (prompts.includes('login')) return true
  if (maxAge !== undefined && now - since > 1_000 * maxAge) return true
  return isHinted !== undefined && (accountId === undefined || !isHinted(accountId))
}
