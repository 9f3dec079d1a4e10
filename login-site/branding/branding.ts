import { ConfigError, textOf } from '../config/readers'
import type { Environment } from '../config/variables'
import { type Accent, accentOf } from './accent'
import { type Logo, logoOf } from './logo'

/** The name, the look and the place of a site that shows this app. */
export interface Branding {
  readonly appName: string
  /** page or address for a visitor who needs help; `undefined`: the pages name the administrator of the domain */
  readonly helpUrl: string | undefined
  /** path of the site under which the app is, without a slash at its end; empty for the whole site */
  readonly base: string
  /** `undefined`: the app's own */
  readonly logo: Logo | undefined
  /** `undefined`: the app's own colour */
  readonly accent: Accent | undefined
}

/** characters of a name that fits the head of a page on a phone */
const MAX_NAME_LENGTH = 60
const MAX_URL_LENGTH = 2_000
const MAX_PATH_LENGTH = 100

/** @param otherwise name of a site that has none @throws {ConfigError} */
export function readBranding(env: Environment, otherwise: string): Branding {
  return {
    appName: nameOf(env, 'APP_NAME') ?? otherwise,
    helpUrl: helpUrlOf(env, 'HELP_URL'),
    base: basePathOf(env, 'BASE_PATH'),
    logo: logoOf(env, 'LOGO_FILE'),
    accent: accentOf(env, 'ACCENT_COLOR'),
  }
}

function nameOf(env: Environment, name: string): string | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if ([...value].length <= MAX_NAME_LENGTH && !/\p{C}/u.test(value)) return value
  throw new ConfigError(`${name} must have at most ${MAX_NAME_LENGTH} characters, without control characters`)
}

function helpUrlOf(env: Environment, name: string): string | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if (value.length <= MAX_URL_LENGTH && URL.canParse(value)) {
    const { protocol, username, password, href } = new URL(value)
    // A browser would run a `javascript:` URL, and a password in the URL would be public.
    if (['https:', 'http:', 'mailto:'].includes(protocol) && username === '' && password === '') return href
  }
  throw new ConfigError(`${name} must be a URL such as https://example.com/help or mailto:admin@example.com`)
}

// Letters that need no escape in a URL, a pattern of a route or the name of a cookie.
function basePathOf(env: Environment, name: string): string {
  const value = (textOf(env, name) ?? '').replace(/\/$/, '')
  const [start, ...parts] = value.split('/')
  const isPath = start === '' && parts.every(part => /^[A-Za-z0-9_-]+$/.test(part))
  if (isPath && value.length <= MAX_PATH_LENGTH) return value
  throw new ConfigError(`${name} must be a path such as /login: letters, digits, "-" and "_" after each slash`)
}
