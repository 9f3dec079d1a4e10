import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { deserializeUserOf, prepareUsername } from 'passport-xmpp-bosh'
import { ConfigError, listOf, textOf } from './readers'
import type { Environment } from './variables'

/** The settings of signing in with an XMPP app in place of a password. */
export interface ConfirmConfig {
  /** name of the service account, which asks visitors; it is an account of `XMPP_DOMAIN` */
  readonly username: string
  readonly password: string
  /** address of the login page; its host names the site in a chat message */
  readonly url: string
  /** domains of the accounts that may sign in this way; `*`: any account of the XMPP network */
  readonly allow: readonly string[] | '*'
  /** browsers for which an app shows a dialog (XEP-0070) beside the number */
  readonly dialog: 'off' | 'known' | 'always'
  /** the way in which the visitor writes first */
  readonly code: 'ask' | 'alone' | false
}

export interface ConfirmContext {
  readonly production: boolean
  /** the demo server has the account, whatever its name and its password are */
  readonly isDemo: boolean
  readonly domain: string
  readonly port: number
  /** path of the site under which the app is */
  readonly base: string
}

const USERNAME = 'XMPP_CONFIRM_USERNAME'
const PASSWORD = 'XMPP_CONFIRM_PASSWORD'
const PASSWORD_FILE = 'XMPP_CONFIRM_PASSWORD_FILE'
/** bytes */
const MAX_FILE_BYTES = 4_096

/** name of the account on the demo server */
const DEMO_USERNAME = 'login'
/** bytes */
const DEMO_PASSWORD_BYTES = 16

/** Reads the settings. Returns `undefined` if no service account is configured. @throws {ConfigError} */
export function readConfirm(env: Environment, context: ConfirmContext): ConfirmConfig | undefined {
  const { isDemo } = context
  const username = usernameOf(env, context)
  const given = {
    password: passwordOf(env) ?? (isDemo ? randomBytes(DEMO_PASSWORD_BYTES).toString('hex') : undefined),
    url: textOf(env, 'XMPP_CONFIRM_URL'),
    allow: listOf(env, 'XMPP_CONFIRM_ALLOW'),
    dialog: wordOf(env, 'XMPP_CONFIRM_DIALOG', ['off', 'known', 'always']),
    code: wordOf(env, 'XMPP_CONFIRM_CODE', ['ask', 'alone', 'off']),
  }
  if (username === undefined) {
    if (given.password === undefined) return undefined
    throw new ConfigError(`${USERNAME} is required with ${PASSWORD}: the name of the service account`)
  }
  if (given.password === undefined) {
    throw new ConfigError(`${PASSWORD} or ${PASSWORD_FILE} is required with ${USERNAME}`)
  }
  const { password, dialog = 'off', code = 'ask' } = given
  return {
    username,
    password,
    url: urlOf(given.url, context),
    allow: given.allow ? allowOf(given.allow) : [context.domain],
    dialog,
    code: code === 'off' ? false : code,
  }
}

function usernameOf(env: Environment, { isDemo, domain }: ConfirmContext): string | undefined {
  const username = textOf(env, USERNAME)
  // The demo server creates the account. For another server, the library checks the name.
  if (!isDemo) return username
  const prepared = prepareUsername(username ?? DEMO_USERNAME, { domain })
  if (prepared !== undefined) return prepared
  throw new ConfigError(`${USERNAME} must be the name of an account of XMPP_DOMAIN, such as ${DEMO_USERNAME}`)
}

function passwordOf(env: Environment): string | undefined {
  // Not trimmed: a password may begin or end with a space.
  const password = env[PASSWORD] || undefined
  const path = textOf(env, PASSWORD_FILE)
  if (path === undefined) return password
  if (password !== undefined) throw new ConfigError(`${PASSWORD_FILE} cannot be set beside ${PASSWORD}`)
  const content = contentOf(path).replace(/\r?\n$/, '')
  if (content === '' || content.includes('\n')) throw new ConfigError(`${PASSWORD_FILE} must name a file with one line`)
  return content
}

function contentOf(path: string): string {
  try {
    if (statSync(path).size <= MAX_FILE_BYTES) return readFileSync(path, 'utf8')
  } catch (reason) {
    const code = (reason as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConfigError(`${PASSWORD_FILE} must be the path of a file that the app can read (${code})`)
  }
  throw new ConfigError(`${PASSWORD_FILE} must name a file of at most ${MAX_FILE_BYTES} bytes`)
}

function wordOf<Word extends string>(env: Environment, name: string, words: readonly Word[]): Word | undefined {
  const value = textOf(env, name)?.toLowerCase()
  const word = words.find(known => known === value)
  if (value !== undefined && word === undefined) throw new ConfigError(`${name} must be ${words.join(', ')}`)
  return word
}

function urlOf(value: string | undefined, { production, port, base }: ConfirmContext): string {
  if (value === undefined) {
    if (!production) return `http://localhost:${port}${base}/login`
    throw new ConfigError('XMPP_CONFIRM_URL is required in production: the address of the login page')
  }
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isOne = url && ['https:', 'http:'].includes(url.protocol) && url.username === '' && url.password === ''
  if (isOne && (!production || url.protocol === 'https:')) return url.href
  throw new ConfigError('XMPP_CONFIRM_URL must be a URL such as https://app.example.com/login')
}

function allowOf(domains: readonly string[]): ConfirmConfig['allow'] {
  if (domains.length === 1 && domains[0] === '*') return '*'
  try {
    deserializeUserOf(domains)
    return domains
  } catch {
    throw new ConfigError('XMPP_CONFIRM_ALLOW must be domains, or * alone')
  }
}
