import type { Failed } from './outcome'

/** The app cannot tell if a form took effect. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
  readonly status = 504
  readonly code = 'outcome-unknown'

  constructor() {
    super('the request that a form was submitted with before did not end: it is unknown if it took effect')
  }
}

/** Other requests with the same form failed, one after the other, and none had an effect. */
export class OthersFailed extends Error {
  override readonly name = 'OthersFailed'
  readonly status = 503

  constructor() {
    super('all requests with this form failed without an effect')
  }
}

/** The failure of a form that arrives a second time. */
export class RememberedFailure extends Error {
  override readonly name = 'RememberedFailure'
  readonly status: number
  readonly code: string | undefined

  constructor({ status, code, request }: Failed) {
    super(`the form was submitted before, with the outcome of request ${request}`)
    this.status = status
    this.code = code
  }
}
