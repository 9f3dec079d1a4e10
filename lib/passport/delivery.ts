import { inspect } from 'node:util'
import type { Action } from './action'
import type { StrategyRequest } from './visitor'

/** Passport's actions, bound to one request. An action returns what the app's own callback returns. */
export interface Actions {
  success(user: object, info: object): unknown
  fail(info: object, status: number): unknown
  error(error: unknown): unknown
}

/** Options of `passport.authenticate` that tell how Passport ends a request. */
interface EndOptions {
  readonly successRedirect?: unknown
  readonly successReturnToOrRedirect?: unknown
  readonly assignProperty?: PropertyKey
  readonly failWithError?: unknown
  readonly failureFlash?: unknown
  readonly failureMessage?: unknown
}

type LoggedIn = (error?: unknown) => void
interface PassportRequest extends StrategyRequest {
  logIn?: (user: object, options: unknown, done: unknown) => unknown
}

/**
 * Delivers the outcome of a login to Passport. Never throws: an error that leaves Passport, a session store, a flash or
 * the app's callback here would end the process.
 *
 * - Before Passport has called `next`, what is thrown becomes `error(thrown)`, as Express does with its handlers.
 * - Afterwards the request belongs to the app, and `next` is not called again. What is thrown then, or by `error`, becomes
 *   a warning of the process, and the visitor's connection is closed.
 */
export function deliver(outcome: Action, actions: Actions, req: object, options: object | undefined): void {
  new Delivery(actions, req as PassportRequest, options as EndOptions | undefined).run(outcome)
}

class Delivery {
  readonly #actions: Actions
  readonly #req: PassportRequest
  readonly #options: EndOptions | undefined
  /** true once `next` was called, or an error was delivered */
  #isHandedOver = false

  constructor(actions: Actions, req: PassportRequest, options: EndOptions | undefined) {
    this.#actions = actions
    this.#req = req
    this.#options = options
  }

  run(outcome: Action): void {
    if (outcome.action === 'error') {
      this.#raise(outcome.error)
      return
    }
    const unwatch = this.#watchLogIn()
    try {
      if (outcome.action === 'success') this.#watch(this.#actions.success(outcome.user, outcome.info))
      else this.#watch(this.#actions.fail(outcome.info, outcome.status))
    } catch (thrown) {
      if (this.#hasCalledNext(outcome)) this.#isHandedOver = true
      this.#raise(thrown)
    } finally {
      unwatch()
    }
  }

  /** Calls `error`, unless the request is no longer Passport's. */
  #raise(thrown: unknown): void {
    if (this.#isHandedOver) {
      this.#giveUp(thrown)
      return
    }
    this.#isHandedOver = true
    try {
      this.#watch(this.#actions.error(errorOf(thrown)))
    } catch (again) {
      this.#giveUp(again)
    }
  }

  /** Takes the rejection of an async callback of the app. */
  #watch(returned: unknown): void {
    if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== 'function') return
    void (returned as PromiseLike<unknown>).then(undefined, thrown => this.#raise(thrown))
  }

  #giveUp(thrown: unknown): void {
    process.emitWarning('the app threw at the result of a login, so the connection of the visitor is closed', {
      type: 'PassportXmppBoshWarning',
      detail: inspect(thrown),
    })
    const socket = this.#req.socket as { destroySoon?: () => void; destroy?: () => void } | undefined
    // An answer that is complete is still sent.
    if (socket?.destroySoon) socket.destroySoon()
    else socket?.destroy?.()
  }

  /**
   * Watches the callback that Passport hands to `req.logIn`: a store calls it later, out of the reach of {@link run}.
   * Returns a function that ends the watch, which lasts for one synchronous call.
   */
  #watchLogIn(): () => void {
    const req = this.#req
    const { logIn } = req
    const isOwn = Object.hasOwn(req, 'logIn')
    if (typeof logIn !== 'function') return () => {}
    const unwatch = () => (isOwn ? Reflect.set(req, 'logIn', logIn) : Reflect.deleteProperty(req, 'logIn'))
    const options: unknown = this.#options
    Reflect.set(req, 'logIn', (user: object, given: unknown, done: unknown) => {
      unwatch()
      // The same options: this is Passport, and not a callback of the app.
      const isPassport = given === options && typeof done === 'function'
      return logIn.call(req, user, given, isPassport ? this.#watched(done as LoggedIn) : done)
    })
    return unwatch
  }

  #watched(done: LoggedIn): LoggedIn {
    return error => {
      const { successRedirect, successReturnToOrRedirect } = this.#options ?? {}
      // Passport redirects, or calls `next`.
      if (error || !(successRedirect || successReturnToOrRedirect)) this.#isHandedOver = true
      try {
        done(error)
      } catch (thrown) {
        this.#raise(thrown)
      }
    }
  }

  /** Tells from the options if Passport called `next` without `req.logIn`, and `next` threw. */
  #hasCalledNext({ action, ...outcome }: Action): boolean {
    const { assignProperty, failWithError, failureFlash, failureMessage } = this.#options ?? {}
    if (action === 'fail') return Boolean(failWithError && !failureFlash && !failureMessage)
    if (!assignProperty || !('user' in outcome)) return false
    return (this.#req as Record<PropertyKey, unknown>)[assignProperty] === outcome.user
  }
}

/**
 * Returns what was thrown, if `next` takes it for an error. Passport would continue without a login after `next(undefined)`,
 * and Express after `next('route')` and `next('router')`.
 */
export function errorOf(thrown: unknown): unknown {
  if (thrown && thrown !== 'route' && thrown !== 'router') return thrown
  return new Error(`a login failed without an error: ${thrown === '' ? 'an empty text' : String(thrown)}`)
}
