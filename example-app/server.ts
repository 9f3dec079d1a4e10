import { ADMINS } from 'passport-xmpp-bosh-login-site/config/roles'
import type { SiteSettings } from 'passport-xmpp-bosh-login-site/config/site-config'
import { startSite } from 'passport-xmpp-bosh-login-site/operation/start'
import { createApp } from './app'
import { readConfig } from './config'

startSite({
  read: () => readConfig(process.env),
  create: (_settings, config) => createApp(config),
  lines,
})

function lines({ xmpp, roles }: SiteSettings, url: string): string[] {
  const found: string[] = []
  if (roles) {
    found.push(
      Object.hasOwn(roles, ADMINS)
        ? `Administration, for ${xmpp.service ? `the role ${ADMINS}` : 'alice'}: ${url}/admin`
        : `There is no page for admins: XMPP_ROLES has no role ${ADMINS}`,
    )
  }
  if (!xmpp.service) found.push('To use your own server, set XMPP_SERVICE and XMPP_DOMAIN.')
  return found
}
