import type { AuthenticatorOptions } from '../options/authenticator-options'
import type { Room } from '../options/role-options'
import { type Settings, settingsOf } from '../options/settings'
import { urlOf } from '../options/url'
import type { Mechanism } from '../sasl'
import { type Finding, ok, warn, wrong } from './finding'
import { SESSION_MS } from './limits'

/** Options of a check, as the command line gives them. */
export interface CheckOptions {
  /** the BOSH URL */
  readonly service: string
  /** default: the host of `service` */
  readonly domain?: string | undefined
  /** same as option `mechanisms` of the app */
  readonly mechanisms?: readonly Mechanism[] | undefined
  /** same as option `allowInsecure` of the app */
  readonly allowInsecure?: boolean | undefined
  /** PEM of the authorities to trust, instead of Node's own */
  readonly ca?: Uint8Array | undefined
  /** credentials for the login check; without them the check is skipped */
  readonly credentials?: Typed | undefined
  /** service account to check; without it those checks are skipped */
  readonly account?: AccountQuestion | undefined
  /** rooms of roles to check; without them those checks are skipped */
  readonly roles?: RoleQuestion | undefined
}

/** Name and password of an account. */
export interface Typed {
  /** user name or bare JID */
  readonly username: string
  readonly password: string
}

/** Rooms that stand for roles. */
export interface RoleQuestion {
  /** each room once */
  readonly rooms: readonly Room[]
  /** account without rights, which tries to make a room */
  readonly stranger?: Typed | undefined
}

/** Service account of sign-ins without a password, and questions that it asks. */
export interface AccountQuestion extends Typed {
  /** domain of another server to ask */
  readonly s2s?: string | undefined
  /** JID of a person to ask */
  readonly ask?: string | undefined
  /** gets the number to answer with, and the ms for it */
  readonly asked?: ((number: string, ms: number) => void) | undefined
}

/** A valid URL, with the settings to reach it. */
export interface Target {
  readonly url: URL
  /** the app's options, always with `allowInsecure`: {@link maySendPassword} decides about passwords instead */
  readonly options: AuthenticatorOptions
  readonly settings: Settings
  /** `domain` is the host of the URL, because the options did not give one */
  readonly isDomainGuessed: boolean
  /** the options gave the mechanisms, so their order is a decision */
  readonly isOrderChosen: boolean
  /** plain HTTP to another machine */
  readonly isExposed: boolean
  readonly maySendPassword: boolean
}

/** Checks the URL itself, without the network. */
export function targetOf(checked: CheckOptions): { findings: Finding[]; target?: Target } {
  const { service, mechanisms, allowInsecure = false, ca } = checked
  const domain = checked.domain ?? urlOf(service)?.hostname ?? ''
  const options: AuthenticatorOptions = {
    service,
    domain,
    timeout: SESSION_MS,
    failureDelay: 0,
    allowInsecure: true,
    ...(mechanisms && { mechanisms }),
    ...(ca && { tls: { ca } }),
  }
  let settings: Settings
  try {
    settings = settingsOf(options)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const advice = 'Give the BOSH URL, such as https://xmpp.example.com:5443/bosh (ejabberd) or …/http-bind (Prosody).'
    return { findings: [wrong('url', error.message, advice)] }
  }
  const [{ url, safe }] = settings.endpoints
  const target = {
    url,
    options,
    settings,
    isDomainGuessed: checked.domain === undefined,
    isOrderChosen: mechanisms !== undefined,
    isExposed: !safe,
    maySendPassword: safe || allowInsecure,
  }
  return { target, findings: [ok('url', 'can be a BOSH URL'), transportFinding(target)] }
}

function transportFinding({ url, isExposed, maySendPassword }: Target): Finding {
  if (url.protocol === 'https:') return ok('transport', 'https:')
  if (!isExposed) return ok('transport', 'http: to this machine')
  const summary = 'http: to another host: machines in between can read and change every login'
  return maySendPassword
    ? warn('transport', summary, 'Use https:, unless the network in between is private.')
    : wrong(
        'transport',
        summary,
        'Use an https: URL: set `tls: true` on the listener, or put a TLS proxy in front of it. On a private network, set `allowInsecure: true` in the app and pass --allow-insecure here.',
      )
}

/** Returns service and domain in a form that may be shown: a URL can hold a password. */
export function subjectOf({ service, domain }: CheckOptions): { service: string | null; domain: string | null } {
  const url = urlOf(service)
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  return {
    service: url && isHttp ? `${url.origin}${url.pathname}` : null,
    domain: domain ?? (url && isHttp ? url.hostname : null),
  }
}
