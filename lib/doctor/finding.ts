/** Names of all checks, in the order of the report. They are stable: scripts read them. */
export const CHECKS = [
  'url',
  'transport',
  'name',
  'connection',
  'tls',
  'certificate',
  'redirect',
  'bosh',
  'ban',
  'domain',
  'speed',
  'two-sessions',
  'mechanisms',
  'common-mechanism',
  'only-plain',
  'plain-over-http',
  'several-hashes',
  'unwanted-mechanisms',
  'registration',
  'captcha',
  'login',
  'version',
  'visitor-address',
  'account',
  'account-hears',
  'account-pace',
  'account-s2s',
  'account-ask',
  'role-service',
  'role-rooms',
  'role-read',
  'role-size',
  'role-squat',
] as const

export type CheckId = (typeof CHECKS)[number]

/** Result of a check. `skipped` means that it could not run, or that there is nothing to check. */
export type Status = 'ok' | 'warn' | 'wrong' | 'skipped'

/** Outcome of one check. It holds no secret, and of the server's own text only names and versions. */
export interface Finding {
  readonly id: CheckId
  readonly status: Status
  /** observation, in one line */
  readonly summary: string
  /** the change that solves the problem */
  readonly advice?: string
}

export function ok(id: CheckId, summary: string): Finding {
  return { id, status: 'ok', summary }
}

export function warn(id: CheckId, summary: string, advice: string): Finding {
  return { id, status: 'warn', summary, advice }
}

export function wrong<Id extends CheckId>(id: Id, summary: string, advice: string): Finding & { readonly id: Id } {
  return { id, status: 'wrong', summary, advice }
}

export function skipped(id: CheckId, summary: string): Finding {
  return { id, status: 'skipped', summary }
}
