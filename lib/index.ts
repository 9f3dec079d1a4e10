/**
 * Login with the account somebody has on an XMPP server, over BOSH: {@link Strategy} for Passport, {@link Authenticator}
 * for everything else, {@link Registration} to make accounts.
 *
 * @module passport-xmpp-bosh
 */
export { type Account, Authenticator } from './authenticator'
export type { Captcha, ImageType } from './captcha'
export type { AbortSignalLike, LoginContext } from './context'
export type { FieldOption, FieldType } from './data-form'
export {
  type FaultCode,
  type RefusalCode,
  type RegistrationCode,
  XmppBoshError,
  type XmppBoshErrorCode,
} from './errors'
export type { AgentLike, AuthenticatorOptions, Mechanism, TlsOptions } from './options'
export type { FailureInfo, Messages } from './outcome'
export type { Profile } from './profile'
export { Registration } from './registration'
export type { RegistrationField, RegistrationForm } from './registration-form'
export type { RegistrationState } from './registration-state'
export { deserializeUser, serializeUser } from './serialize'
export { type AuthInfo, Strategy } from './strategy'
export type {
  AuthenticatorLike,
  CommonStrategyOptions,
  ConnectedStrategyOptions,
  SharedStrategyOptions,
  StrategyOptions,
  StrategyOptionsWithRequest,
  StrategyRequest,
  Verify,
  VerifyDone,
  VerifyResult,
  VerifyWithRequest,
  XmppAuthenticateOptions,
} from './strategy-options'
