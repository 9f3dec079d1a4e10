import type { Domain } from '../jid'
import type { Derive, Mechanism } from '../sasl'
import type { Credentials } from './credentials'
import type { LoginTiming } from './timing/login-timing'
import type { SeenIterations } from './timing/seen-iterations'

/** Parameters of one login: the account, and the limits of the SASL exchange. */
export interface LoginPlan {
  readonly credentials: Credentials
  readonly domain: Domain
  readonly mechanisms: readonly Mechanism[]
  readonly bind: boolean
  readonly minIterations: number
  readonly maxIterations: number
  readonly derive: Derive
  readonly iterations: SeenIterations
  readonly timing: LoginTiming
}
