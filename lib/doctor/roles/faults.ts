import { type CheckId, type Finding, ok, warn, wrong } from '../finding'

/** Fault of one room or service among several that a check looks at. */
export interface Fault {
  readonly status: 'warn' | 'wrong'
  /** observation that names the room or the service */
  readonly summary: string
  /** the change that solves the problem */
  readonly advice: string
}

/** Returns one finding about all faults of the worst status, or `ok` without a fault. Each advice stands once. */
export function worstOf(id: CheckId, faults: readonly Fault[], summary: string): Finding {
  const isWrong = faults.some(({ status }) => status === 'wrong')
  const worst = faults.filter(({ status }) => !isWrong || status === 'wrong')
  if (worst.length === 0) return ok(id, summary)
  const seen = worst.map(fault => fault.summary).join('; ')
  const advice = [...new Set(worst.map(fault => fault.advice))].join(' ')
  return isWrong ? wrong(id, seen, advice) : warn(id, seen, advice)
}
