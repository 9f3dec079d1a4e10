import type { ConfirmationsOptions } from '../../confirm/options'
import type { CommonConfirmStrategyOptions, ConfirmationsLike, ConfirmRequest } from './common-options'

/**
 * Options of a {@link ConfirmStrategy} that asks by itself, the usual case: those of {@link Confirmations}, and its own.
 *
 * @example
 * ```ts
 * import { type ConnectedConfirmStrategyOptions, ConfirmStrategy, type ServiceAccount } from 'passport-xmpp-bosh'
 *
 * export function strategyOf(account: ServiceAccount): ConfirmStrategy {
 *   const options: ConnectedConfirmStrategyOptions = {
 *     account,
 *     site: 'app.example.com',
 *     url: 'https://app.example.com/login',
 *     allow: ['example.com', 'example.org'],
 *   }
 *   return new ConfirmStrategy(options)
 * }
 * ```
 */
export type ConnectedConfirmStrategyOptions<Req = ConfirmRequest> = CommonConfirmStrategyOptions<Req> &
  Omit<ConfirmationsOptions, 'dialog'> & {
    /** not allowed together with the options of {@link Confirmations} */
    confirmations?: never
  }

/**
 * Options of a {@link ConfirmStrategy} that uses {@link Confirmations} of the app. Options of Confirmations are not allowed
 * here.
 *
 * @example
 * ```ts
 * import { type Confirmations, ConfirmStrategy, type SharedConfirmStrategyOptions } from 'passport-xmpp-bosh'
 *
 * // Two strategies, one limit of questions.
 * export function strategiesOf(confirmations: Confirmations): ConfirmStrategy[] {
 *   const first: SharedConfirmStrategyOptions = { confirmations }
 *   const second: SharedConfirmStrategyOptions = { confirmations, name: 'second-factor', sessionKey: 'second-factor' }
 *   return [new ConfirmStrategy(first), new ConfirmStrategy(second)]
 * }
 * ```
 */
export type SharedConfirmStrategyOptions<Req = ConfirmRequest> = CommonConfirmStrategyOptions<Req> & {
  /** Confirmations of the app, or a function that returns them for each request, for example by tenant. */
  confirmations: ConfirmationsLike | ((req: Req) => ConfirmationsLike | Promise<ConfirmationsLike>)
} & { [option in Exclude<keyof ConfirmationsOptions, 'dialog'>]?: never }

/**
 * Options of a {@link ConfirmStrategy}: either those of {@link Confirmations} or `confirmations`, and its own.
 *
 * @example
 * ```ts
 * import { ConfirmStrategy, type ConfirmStrategyOptions, type ServiceAccount } from 'passport-xmpp-bosh'
 *
 * export function strategyOf(account: ServiceAccount): ConfirmStrategy {
 *   const options: ConfirmStrategyOptions = {
 *     account,
 *     site: 'app.example.com',
 *     url: 'https://app.example.com/login',
 *     allow: 'example.com',
 *   }
 *   return new ConfirmStrategy(options, (profile, done) => done(null, { id: profile.jid }))
 * }
 * ```
 */
export type ConfirmStrategyOptions<Req = ConfirmRequest> = (
  | ConnectedConfirmStrategyOptions<Req>
  | SharedConfirmStrategyOptions<Req>
) & {
  /**
   * false: calls `verify(profile, done)`.
   *
   * @default false
   */
  passReqToCallback?: false
}

/**
 * Options of a {@link ConfirmStrategy} with a `verify` that takes the request as first parameter.
 *
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import { ConfirmStrategy, type ConfirmStrategyOptionsWithRequest, type ServiceAccount } from 'passport-xmpp-bosh'
 *
 * export function strategyOf(account: ServiceAccount): ConfirmStrategy<Request> {
 *   const options: ConfirmStrategyOptionsWithRequest<Request> = {
 *     account,
 *     site: 'app.example.com',
 *     url: 'https://app.example.com/login',
 *     allow: 'example.com',
 *     passReqToCallback: true,
 *   }
 *   return new ConfirmStrategy(options, (req, profile, done) => done(null, { ...profile, host: req.hostname }))
 * }
 * ```
 */
export type ConfirmStrategyOptionsWithRequest<Req = ConfirmRequest> = (
  | ConnectedConfirmStrategyOptions<Req>
  | SharedConfirmStrategyOptions<Req>
) & {
  /** true: calls `verify(req, profile, done)`. */
  passReqToCallback: true
}
