import { inspect, types } from 'node:util'
import type { Action } from './action'
import { type Answer, answerTo, closeConnection, type RequestOfServer } from './visitor'

/** Passport's actions, bound to one request. An action returns what the app's own callback returns. */
export interface Actions {
  success(user: object, info: object): unknown
  fail(info: object, status: number): unknown
  /** absent in a strategy that never redirects */
  redirect?(url: string, status: number): unknown
  error(error: unknown): unknown
}

/** Options of `passport.authenticate` that tell how Passport ends a request. */
interface EndOptions {
  readonly successRedirect?: unknown
  readonly successReturnToOrRedirect?: unknown
  readonly assignProperty?: PropertyKey
  readonly failWithError?: unknown
  readonly failureRedirect?: unknown
}

type LoggedIn = (error?: unknown) => void

interface PassportRequest extends RequestOfServer {
  logIn?: (user: object, options: unknown, done: unknown) => unknown
}

/**
 * Delivers the outcome of a login to Passport. Never throws: an error that leaves Passport, a session store, a flash or
 * the app's callback here would end the process.
 *
 * - Before Passport has called `next`, and before a callback of the app has begun an answer, what is thrown becomes
 *   `error(thrown)`, as Express does with its handlers.
 * - Afterwards the request belongs to the app, and neither `next` nor the callback is called again. What is thrown then, or
 *   by `error`, becomes a warning of the process, and the visitor's connection is closed (HTTP/2: the stream alone).
 *
 * The rejection of an async callback counts as thrown at a success and at an error. At a failure Passport drops the
 * callback's promise, so its rejection is the app's to catch.
 */
export function deliver(outcome: Action, actions: Actions, req: object, options: object | undefined): void {
  new Delivery(actions, req as PassportRequest, options as EndOptions | undefined).run(outcome)
}

class Delivery {
  readonly #actions: Actions
  readonly #req: PassportRequest
  readonly #options: EndOptions | undefined
  /** the response, if the answer had not begun before the delivery */
  readonly #unanswered: Answer | undefined
  /** true once `next` was called, or an error was delivered */
  #isHandedOver = false

  constructor(actions: Actions, req: PassportRequest, options: EndOptions | undefined) {
    this.#actions = actions
    this.#req = req
    this.#options = options
    const answer = attempt(() => answerTo(req))
    this.#unanswered = answer?.headersSent ? undefined : answer
  }

  run(outcome: Action): void {
    if (outcome.action === 'error') {
      this.#raise(outcome.error)
      return
    }
    const unwatch = [this.#watchLogIn(), outcome.action === 'fail' ? this.#watchFailWithError() : () => {}]
    const assigned = this.#assigned()
    try {
      if (outcome.action === 'success') this.#watch(this.#actions.success(outcome.user, outcome.info))
      else if (outcome.action === 'redirect') this.#actions.redirect?.(outcome.url, outcome.status)
      else this.#watch(this.#actions.fail(outcome.info, outcome.status))
    } catch (thrown) {
      // Passport calls `next` as soon as it has assigned the user.
      if (this.#assigned() !== assigned) this.#isHandedOver = true
      this.#raise(thrown)
    } finally {
      for (const end of unwatch) end()
    }
  }

  /** Calls `error`, unless the request is no longer Passport's. */
  #raise(thrown: unknown): void {
    if (this.#isHandedOver || attempt(() => this.#unanswered?.headersSent)) {
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
    attempt(() =>
      process.emitWarning('the app threw at the result of a login, so the connection of the visitor is closed', {
        type: 'PassportXmppBoshWarning',
        // Code of the app runs here, too: getters, and methods that `inspect` calls.
        detail: attempt(() => described(thrown)) ?? 'what was thrown cannot be shown: showing it throws',
      }),
    )
    attempt(() => closeConnection(this.#req))
  }

  /** Returns the property that Passport assigns the user to. */
  #assigned(): unknown {
    return attempt(() => {
      const property = this.#options?.assignProperty
      return property ? (this.#req as Record<PropertyKey, unknown>)[property] : undefined
    })
  }

  /**
   * Watches the callback that Passport hands to `req.logIn`: a store calls it later, out of the reach of {@link run}.
   * Returns a function that ends the watch, which lasts for one synchronous call.
   */
  #watchLogIn(): () => void {
    const options: unknown = this.#options
    return replaced(this.#req, 'logIn', (logIn, unwatch) => {
      if (typeof logIn !== 'function') return undefined
      const watched = (user: object, given: unknown, done: unknown) => {
        unwatch()
        // The same options: this is Passport, and not a callback of the app.
        const isPassport = given === options && typeof done === 'function'
        return logIn.call(this.#req, user, given, isPassport ? this.#watched(done as LoggedIn) : done)
      }
      return { value: watched, writable: true }
    })
  }

  /**
   * Watches the reading of option `failWithError`: Passport reads it after the flash, the message and the redirect, and
   * calls `next` if it is true. Frozen options cannot be watched, so all that is thrown counts as thrown by `next`.
   */
  #watchFailWithError(): () => void {
    const { failWithError, failureRedirect } = attempt(() => ({ ...this.#options })) ?? {}
    if (failWithError && !failureRedirect && Object.isFrozen(this.#options)) this.#isHandedOver = true
    return replaced(this.#options, 'failWithError', failWithError => {
      if (!failWithError) return undefined
      const get = () => {
        this.#isHandedOver = true
        return failWithError
      }
      return { get }
    })
  }

  #watched(done: LoggedIn): LoggedIn {
    return error => {
      try {
        const { successRedirect, successReturnToOrRedirect } = this.#options ?? {}
        // Passport redirects, or calls `next`.
        if (error || !(successRedirect || successReturnToOrRedirect)) this.#isHandedOver = true
        done(error)
      } catch (thrown) {
        this.#raise(thrown)
      }
    }
  }
}

/**
 * Replaces a property until the returned function is called. An object that cannot be changed stays as it is.
 *
 * @param descriptor gets the value and the returned function, and returns `undefined` to keep the property
 */
function replaced<Target extends object, Key extends keyof Target>(
  target: Target | undefined,
  key: Key,
  descriptor: (value: Target[Key], restore: () => void) => PropertyDescriptor | undefined,
): () => void {
  let restore = () => {}
  attempt(() => {
    if (target === undefined) return
    const own = Object.getOwnPropertyDescriptor(target, key)
    const replacement = descriptor(target[key], () => restore())
    if (replacement === undefined) return
    const shape = { ...replacement, configurable: true, enumerable: own?.enumerable ?? true }
    if (own?.configurable === false || !Reflect.defineProperty(target, key, shape)) return
    restore = () => {
      restore = () => {}
      attempt(() => (own ? Reflect.defineProperty(target, key, own) : Reflect.deleteProperty(target, key)))
    }
  })
  return () => restore()
}

/** Returns a text that says what was thrown. An error may carry the request as a property, and the password in it. */
function described(thrown: unknown): string {
  return types.isNativeError(thrown) ? String(thrown.stack ?? thrown.message) : inspect(thrown, { depth: 0 })
}

/** Returns the result of `work`, or `undefined` if it throws. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
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
