/**
 * Login with an account on an XMPP server, over BOSH (XEP-0124, XEP-0206): {@link Strategy} for Passport,
 * {@link Authenticator} for apps without Passport, {@link Registration} to create, change and remove accounts,
 * {@link ServiceAccount} for the app's own account.
 *
 * @module passport-xmpp-bosh
 */
export { Confirmations } from './confirm/confirmations'
export { MemoryConfirmStore, type MemoryConfirmStoreOptions } from './confirm/memory-store'
export type { AskLimits, ConfirmationsOptions, ConfirmVisitor } from './confirm/options'
export type { AskedState, ConfirmDecision, ConfirmRecord, ConfirmStore, ConfirmWay } from './confirm/store'
export type { ConfirmTexts } from './confirm/texts'
export type { ConfirmView } from './confirm/view'
export type {
  ConfirmationMessage,
  ConnectionMessage,
  LoginMessage,
  OperationMessage,
  RegistrationMessage,
  RolesMessage,
  RoomRefusal,
  ServiceAccountMessage,
} from './diagnostics/messages'
export { XmppBoshError } from './errors/error'
export type {
  ConfirmCode,
  FaultCode,
  RefusalCode,
  RegistrationCode,
  RoleCode,
  XmppBoshErrorCode,
} from './errors/statuses'
export { displayJid } from './jid'
export type { Account } from './login/account'
export { Authenticator } from './login/authenticator'
export { prepareUsername, type UsernameOptions } from './login/username'
export type { AgentLike, AuthenticatorOptions, TlsOptions } from './options/authenticator-options'
export type { RegistrationOptions } from './options/registration-options'
export type { RoleReaderLike, RoleRoom, RoleRooms } from './options/role-options'
export type { ServiceAccountOptions } from './options/service-account-options'
export type {
  CommonConfirmStrategyOptions,
  ConfirmAuthenticateOptions,
  ConfirmationsLike,
  ConfirmRequest,
} from './passport/confirm/common-options'
export type {
  ConfirmStrategyOptions,
  ConfirmStrategyOptionsWithRequest,
  ConnectedConfirmStrategyOptions,
  SharedConfirmStrategyOptions,
} from './passport/confirm/options'
export type { ConfirmAuthInfo, ConfirmMessages } from './passport/confirm/outcome'
export { ConfirmStrategy } from './passport/confirm/strategy'
export type { AuthInfo, FailureInfo, Messages } from './passport/outcome'
export type { Profile } from './passport/profile'
export {
  type RequireRoleOptions,
  type RoleHolders,
  type RoleMiddleware,
  requireRole,
} from './passport/roles/require-role'
export { deserializeUser, deserializeUserOf, serializeUser } from './passport/serialize'
export { Strategy } from './passport/strategy'
export type {
  AuthenticatorLike,
  CommonStrategyOptions,
  ConnectedStrategyOptions,
  SharedStrategyOptions,
  StrategyOptions,
  StrategyOptionsWithRequest,
  XmppAuthenticateOptions,
} from './passport/strategy-options'
export type { Verify, VerifyDone, VerifyResult, VerifyWithRequest } from './passport/verify'
export type { StrategyRequest } from './passport/visitor'
export type { Captcha, CaptchaAddress, CaptchaImage, ImageType } from './registration/captcha'
export type { RegistrationField, RegistrationForm } from './registration/form'
export { Registration } from './registration/registration'
export type { RegistrationState } from './registration/state'
export type { RoleAccount } from './roles/role-account'
export { RoleReader, type RoleReaderOptions } from './roles/role-reader'
export type { Mechanism } from './sasl/mechanism-names'
export type { AccountLike, ServiceAccountState } from './service-account/account-like'
export { ServiceAccount } from './service-account/service-account'
export type { LoginContext } from './sessions/context'
export type { FieldOption, FieldType } from './stanzas/data-form'
export type { AbortSignalLike } from './time/light-signal'
export type { VCard } from './vcard/vcard'
