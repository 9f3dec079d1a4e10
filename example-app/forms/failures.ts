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
