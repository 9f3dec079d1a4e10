import type { SiteProgram } from 'passport-xmpp-bosh-login-site/operation/start'
import { createProviderSite } from './app'
import { NAMES, type ProviderSettings, readConfig } from './config'
import { openProviderStore } from './stores'

/** The identity provider, for `startSite`. */
export const program: SiteProgram<ProviderSettings> = {
  read: () => readConfig(process.env),
  async create({ redisUrl, ...settings }, site, closing) {
    if (settings.keys.areNew) site.log.info({}, 'the keys are new: no token from before is valid')
    const store = await openProviderStore(redisUrl)
    closing.unshift(() => store.close())
    return createProviderSite({ ...settings, site, store })
  },
  lines: ({ issuer, clients }) => [
    `Issuer: ${issuer.url}`,
    ...(clients.length === 0 ? ['There are no clients: OIDC_CLIENTS is not set.'] : []),
  ],
  names: NAMES,
}
