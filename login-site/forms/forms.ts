import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { failureOf, markOutcomeUnknown } from '../operation/failure'
import type { Csrf } from '../protection/csrf'
import { keyFor } from '../protection/keys'
import { addressOf } from '../protection/visitor-address'
import type { SessionCookie } from '../sessions/session-cookie'
import { SESSION_OVER } from '../sessions/signed-in'
import type { Stores } from '../stores'
import type { Known } from '../stores/outcomes'
import { adopt } from './adopt'
import { type AwaitOutcome, awaitOutcomes } from './awaited'
import { OthersFailed, OutcomeUnknown, RememberedFailure } from './failures'
import { formBody } from './form-body'
import { identityOf } from './identity'
import { type Answer, answeredBy, failedBy, give, type Outcome } from './outcome'

/** Acts on a form. */
export type Act = (req: Request, res: Response) => Promise<Answer>

/** A form, as it is to be handled. */
export interface Submission {
  readonly act: Act
  /** default: {@link formBody} */
  readonly body?: RequestHandler
  /** answer a request for which there is nothing to do, such as signing in when signed in */
  readonly guards?: readonly RequestHandler[]
  /** run after the CSRF check: limits, and checks of the input */
  readonly checks?: readonly RequestHandler[]
  /** true: after a failure nothing has happened, so the form may be submitted again; the default is false */
  readonly failsWithoutEffect?: boolean
}

export interface FormsOptions {
  readonly csrf: Csrf
  readonly secret: string
  readonly cookie: SessionCookie
  readonly stores: Stores
}

/** Times that a request tries to become the one that acts, when others fail without an effect */
const MAX_TRIES = 3

/**
 * Handles submitted forms. A form takes effect once: if it arrives again, since a button was pressed twice or a page was
 * loaded again, the second request waits for the first one and gets the same answer.
 */
export class Forms {
  readonly #options: FormsOptions
  readonly #key: string
  readonly #awaitOutcome: AwaitOutcome

  constructor(options: FormsOptions) {
    this.#options = options
    this.#key = keyFor('form', options.secret)
    this.#awaitOutcome = awaitOutcomes(options.stores.outcomes)
  }

  get requireToken(): RequestHandler {
    return this.#options.csrf.requireToken
  }

  /** Returns the handlers for the `POST` of a form. */
  submission(submission: Submission): RequestHandler[] {
    const { body = formBody, guards = [], checks = [] } = submission
    // A form that is sent again may come without a session, or with the one that it began. So this comes first.
    return [body, this.#recall(submission), ...guards, this.requireToken, ...checks, this.#perform(submission)]
  }

  #recall(submission: Submission): RequestHandler {
    return async (req, res, next) => {
      const identity = identityOf(req, this.#options.csrf.cookieIn(req), this.#key)
      res.locals['formIdentity'] = identity
      const known = identity !== undefined && (await this.#options.stores.outcomes.find(identity))
      if (!known || !(await this.#replay(submission, identity, known, req, res))) next()
    }
  }

  #perform(submission: Submission) {
    return async (req: Request, res: Response, _next: NextFunction) => {
      const identity: string | undefined = res.locals['formIdentity']
      if (identity === undefined) return give(req, res, await submission.act(req, res))
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const known = await this.#options.stores.outcomes.claim(identity, addressOf(req))
        if (!known) return this.#act(submission, identity, req, res)
        if (await this.#replay(submission, identity, known, req, res)) return
      }
      throw new OthersFailed()
    }
  }

  async #act({ act, failsWithoutEffect }: Submission, identity: string, req: Request, res: Response): Promise<void> {
    const given = { session: req.sessionID, wasSignedIn: req.user !== undefined }
    let answer: Answer
    try {
      answer = await act(req, res)
    } catch (reason) {
      if (failsWithoutEffect) await this.#store(req, ({ outcomes }) => outcomes.release(identity))
      else await this.#settle(identity, { failed: failedBy(reason, req) }, req)
      throw reason
    }
    await this.#settle(identity, { answered: await answeredBy(answer, req, given) }, req)
    await give(req, res, answer)
  }

  #settle(identity: string, outcome: Outcome, req: Request): Promise<void> {
    return this.#store(req, ({ outcomes }) => outcomes.settle(identity, JSON.stringify(outcome)))
  }

  /** The form has taken effect, even if the store is away: the visitor gets the answer. */
  async #store(req: Request, write: (stores: Stores) => Promise<void>): Promise<void> {
    await write(this.#options.stores).catch((reason: unknown) => void failureOf(reason, req))
  }

  /** Resolves to false if the request has to act itself. */
  async #replay(
    { failsWithoutEffect = false }: Submission,
    identity: string,
    known: Known,
    req: Request,
    res: Response,
  ): Promise<boolean> {
    const end = known.state === 'running' ? await this.#awaitOutcome(identity) : known
    if (end?.state !== 'settled') {
      if (!failsWithoutEffect || end?.state === 'running') throw new OutcomeUnknown()
      if (end) await this.#options.stores.outcomes.release(identity)
      return false
    }
    // Written by #settle.
    const outcome = JSON.parse(end.outcome) as Outcome
    if ('failed' in outcome) {
      if (outcome.failed.isUnknown) markOutcomeUnknown(req)
      throw new RememberedFailure(outcome.failed)
    }
    const { cookie, stores } = this.#options
    const isAdopted = await adopt(req, outcome.answered, { cookie, stores })
    await give(req, res, isAdopted ? outcome.answered : { to: '/login', notice: SESSION_OVER })
    return true
  }
}
