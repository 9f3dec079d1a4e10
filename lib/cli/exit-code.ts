import type { Finding } from '../doctor/finding'

/** 0 all is well, 1 there are warnings, 2 something is wrong. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ status }) => status === 'wrong')) return 2
  return findings.some(({ status }) => status === 'warn') ? 1 : 0
}
