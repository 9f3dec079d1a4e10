import type { Domain } from '../jid'
import type { Derive, Mechanism } from '../sasl'
import type { Credentials } from './credentials'

/** What one login may do, and who it is for. */
export interface LoginPlan {
  readonly credentials: Credentials
  readonly domain: Domain
  readonly mechanisms: readonly Mechanism[]
  readonly bind: boolean
  readonly minIterations: number
  readonly maxIterations: number
  readonly derive: Derive
}
