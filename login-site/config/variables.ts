import { distance } from 'fastest-levenshtein'

/** The variables that a site reads. README.md of each app explains them. A new one is added here first. */
export const VARIABLES = [
  'PORT',
  'HOST',
  'XMPP_SERVICE',
  'XMPP_DOMAIN',
  'XMPP_MECHANISMS',
  'XMPP_ALLOW_INSECURE',
  'XMPP_CA',
  'XMPP_FORWARD_CLIENT_IP',
  'XMPP_REGISTRATION',
  'XMPP_CAPTCHA_HOSTS',
  'XMPP_CONFIRM_USERNAME',
  'XMPP_CONFIRM_PASSWORD',
  'XMPP_CONFIRM_PASSWORD_FILE',
  'XMPP_CONFIRM_URL',
  'XMPP_CONFIRM_ALLOW',
  'XMPP_CONFIRM_DIALOG',
  'XMPP_CONFIRM_CODE',
  'XMPP_PROFILE',
  'XMPP_ROLES',
  'XMPP_ROLE_OWNERS',
  'XMPP_CHAT_TOKENS',
  'REDIS_URL',
  'SESSION_SECRET',
  'TRUST_PROXY',
  'METRICS_PORT',
  'METRICS_HOST',
  'APP_NAME',
  'HELP_URL',
  'BASE_PATH',
  'LOGO_FILE',
  'ACCENT_COLOR',
  'NODE_ENV',
] as const

export type Environment = Readonly<Record<string, string | undefined>>

/** The names of the variables that an app reads. */
export interface Names {
  readonly known: readonly string[]
  /** beginnings of names that belong to the app: any other variable with one of them is a mistake */
  readonly prefixes: readonly string[]
}

/** A variable of the environment that the app does not read, although its name looks like one of the app's. */
export interface Misspelling {
  readonly name: string
  /** the variable that was probably meant */
  readonly meant: string | undefined
}

export const SITE_NAMES: Names = { known: VARIABLES, prefixes: ['XMPP_'] }

/**
 * Variables that Kubernetes and Docker's links set for a service whose name begins with `xmpp`: `XMPP_SERVICE_HOST`,
 * `XMPP_PORT_5280_TCP_ADDR`, `XMPP_BOSH_SERVICE_PORT_HTTP`.
 */
const OF_A_PLATFORM =
  /^XMPP_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?|NAME|ENV_\w+)$/
/** letters of a known name for each letter that may be wrong */
const LETTERS_A_MISTAKE = 4
const MOST_MISTAKES = 3

/** Finds the misspelled variables: those that must not start the app, and those that may belong to another program. */
export function misspellings(
  env: Environment,
  { known, prefixes }: Names = SITE_NAMES,
): { readonly wrong: Misspelling[]; readonly doubtful: Misspelling[] } {
  const unread = Object.keys(env)
    .filter(name => env[name]?.trim() && !known.includes(name) && !OF_A_PLATFORM.test(name))
    .sort()
  const ours = (name: string) => prefixes.some(prefix => name.toUpperCase().startsWith(prefix))
  return {
    wrong: unread.filter(ours).map(name => ({ name, meant: nearest(name, known) })),
    doubtful: unread
      .filter(name => !ours(name))
      .map(name => ({ name, meant: nearest(name, known) }))
      // A variable that is set is spelled right already.
      .filter(({ meant }) => meant !== undefined && !env[meant]?.trim()),
  }
}

function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map(known => ({ known, mistakes: distance(name.toUpperCase(), known) }))
    .filter(({ known, mistakes }) => mistakes <= Math.min(Math.round(known.length / LETTERS_A_MISTAKE), MOST_MISTAKES))
    .sort((a, b) => a.mistakes - b.mistakes)
  return best?.known
}
