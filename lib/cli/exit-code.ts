import type { Finding } from '../doctor/finding'

/** Returns 0 if each check is ok or skipped, 1 if there are warnings, 2 if a check failed. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ status }) => status === 'wrong')) return 2
  return findings.some(({ status }) => status === 'warn') ? 1 : 0
}
