/**
 * Login with the account somebody has on an XMPP server, over BOSH: {@link Strategy} for Passport, {@link Authenticator}
 * for everything else, {@link Registration} to make accounts.
 *
 * @module passport-xmpp-bosh
 */
export { XmppBoshError } from './errors/error'
export type { FaultCode, RefusalCode, RegistrationCode, XmppBoshErrorCode } from './errors/statuses'
export { type Account, Authenticator } from './login/authenticator'
export type { AgentLike, AuthenticatorOptions, TlsOptions } from './options/authenticator-options'
export type { FailureInfo, Messages } from './passport/outcome'
export type { Profile } from './passport/profile'
export { deserializeUser, serializeUser } from './passport/serialize'
export { type AuthInfo, Strategy } from './passport/strategy'
export type {
  AuthenticatorLike,
  CommonStrategyOptions,
  ConnectedStrategyOptions,
  SharedStrategyOptions,
  StrategyOptions,
  StrategyOptionsWithRequest,
  StrategyRequest,
  XmppAuthenticateOptions,
} from './passport/strategy-options'
export type { Verify, VerifyDone, VerifyResult, VerifyWithRequest } from './passport/verify'
export type { Captcha, ImageType } from './registration/captcha'
export type { RegistrationField, RegistrationForm } from './registration/form'
export { Registration } from './registration/registration'
export type { RegistrationState } from './registration/state'
export type { Mechanism } from './sasl/mechanism-names'
export type { LoginContext } from './sessions/context'
export type { FieldOption, FieldType } from './stanzas/data-form'
export type { AbortSignalLike } from './time/light-signal'
