import { readSiteSettings, type SiteSettings } from 'passport-xmpp-bosh-login-site/config/site-config'
import type { Environment } from 'passport-xmpp-bosh-login-site/config/variables'

const DEFAULT_PORT = 5005

/** Reads the settings of the app. @throws {ConfigError} */
export function readConfig(env: Environment): SiteSettings {
  return readSiteSettings(env, { appName: 'Example app', port: DEFAULT_PORT })
}
