/** Every check there is, in the order of the report. The names are stable: scripts read them. */
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
] as const

export type CheckId = (typeof CHECKS)[number]

/** `skipped`: it could not be looked at, or there is nothing to look at. */
export type Status = 'ok' | 'warn' | 'wrong' | 'skipped'

/** What one check came to. Holds no secret and nothing the server wrote but names and versions. */
export interface Finding {
  readonly id: CheckId
  readonly status: Status
  /** what was seen */
  readonly summary: string
  /** what to change */
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
