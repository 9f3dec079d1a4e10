import { failureOf } from 'passport-xmpp-bosh-login-site/operation/failure'
import { StoreError } from 'passport-xmpp-bosh-login-site/stores/store-error'
import { jidOf } from '../claims/account-id'
import { letPost } from '../pages/form-post'
import { expressOf } from '../pages/render'
import type { KoaContextWithOIDC, Provider } from '../provider/oidc'
import type { LogProviderEvent } from './events'

/** Events of a refused request. Their errors are for the client as well. */
const REFUSALS = [
  'authorization.error',
  'discovery.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'grant.error',
  'jwks.error',
  'pushed_authorization_request.error',
  'revocation.error',
  'userinfo.error',
] as const

/** Answers to `prompt=none` that are no fault */
const SILENT = ['login_required', 'consent_required', 'interaction_required']

/** Writes the events of the provider to the log, and lets the pages that post an answer do so. */
export function observe(provider: Provider, logEvent: LogProviderEvent): void {
  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    const { req } = expressOf(ctx)
    logEvent(req, 'oidc-authorized', { client: clientOf(ctx), jid: accountOf(ctx) })
    letPost(ctx)
  })
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const { req } = expressOf(ctx)
    const outcome = String(ctx.oidc.params?.['grant_type'])
    logEvent(req, 'oidc-tokens', { outcome, client: clientOf(ctx), jid: accountOf(ctx) })
  })
  provider.on('grant.revoked', (ctx: KoaContextWithOIDC) => {
    logEvent(expressOf(ctx).req, 'oidc-revoked', { client: clientOf(ctx) })
  })
  for (const name of REFUSALS) {
    // The names of events are a type each.
    ;(provider as NodeJS.EventEmitter).on(name, (ctx: KoaContextWithOIDC, error: Refusal) => {
      logRefusal(ctx, error, logEvent)
      if (name === 'authorization.error') letPost(ctx)
    })
  }
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    failureOf(error, expressOf(ctx).req)
    if (error instanceof StoreError) ctx.status = error.status
  })
  // Koa would write the whole error to the error output.
  ;(provider as NodeJS.EventEmitter).on(
    'error',
    (error: Error, ctx: KoaContextWithOIDC) => void failureOf(error, expressOf(ctx).req),
  )
}

/** An error of oidc-provider. Its message is the code of OAuth. */
type Refusal = Error & { readonly error_description?: string; readonly error_detail?: string }

function logRefusal(ctx: KoaContextWithOIDC, error: Refusal, logEvent: LogProviderEvent): void {
  const { message, error_description: description, error_detail: detail } = error
  // oidc-provider cannot say the prompts of a request that is over.
  const isSilent = ctx.oidc.params !== undefined && ctx.oidc.prompts.has('none') && SILENT.includes(message)
  const reason = [description, detail].filter(Boolean).join(': ')
  logEvent(expressOf(ctx).req, isSilent ? 'oidc-silent' : 'oidc-refused', {
    outcome: message,
    client: clientOf(ctx),
    reason: reason === '' || isQuoting(ctx, reason) ? undefined : reason,
  })
}

/** characters of a value that may be a secret */
const MIN_SECRET = 8

/** Tells if a text quotes a value that the request sent: none of oidc-provider's does so with a secret today. */
function isQuoting({ oidc }: KoaContextWithOIDC, text: string): boolean {
  const sent = Object.values({ ...oidc.body, ...oidc.params }).filter(value => typeof value === 'string')
  return sent.some(value => value.length >= MIN_SECRET && text.includes(value))
}

function clientOf({ oidc }: KoaContextWithOIDC): string | undefined {
  return oidc.client?.clientId
}

function accountOf({ oidc }: KoaContextWithOIDC): string | undefined {
  return oidc.account && jidOf(oidc.account.accountId)
}
