import { Router } from 'express'
import { createSite, type Site, type SiteConfig, type SiteRooms } from 'passport-xmpp-bosh-login-site/site'
import type { Stores } from 'passport-xmpp-bosh-login-site/stores/stores'
import type { ChatKey } from './chat/chat-key'
import { chatTokens } from './chat/chat-tokens'
import { jidOf } from './claims/account-id'
import { subjectsWith } from './claims/pairwise'
import { type PicturePaths, picturePaths } from './claims/picture-paths'
import { cardsWithEmail, profileTaker } from './claims/take-profile'
import type { Client } from './clients/client'
import { createClientFetch } from './endpoints/client-fetch'
import { handlerOf } from './endpoints/handler'
import type { Issuer } from './endpoints/issuer'
import { providerLimits } from './endpoints/limits'
import { clientRoutes, type RoutesOptions, visitorRoutes } from './endpoints/routes'
import { VIEWS } from './folders'
import { createAnswers } from './interactions/answers'
import { createInteractions } from './interactions/find'
import { preparedLogin } from './interactions/login-pages'
import { interactionRoutes } from './interactions/routes'
import type { Keys } from './keys/keys'
import { type LogProviderEvent, providerEvents } from './operation/events'
import { observe } from './operation/observe'
import { PICTURES, pictures } from './pages/picture'
import type { ProviderOptions } from './provider/configuration'
import { createProvider } from './provider/create'
import { loadOidcProvider } from './provider/load'
import type { Provider } from './provider/oidc'
import { SessionEnds } from './sessions/ends'
import { signingOut } from './sessions/sign-out'
import { createStanding } from './sessions/standing'
import { watchEnds } from './sessions/watch-ends'
import type { ProviderStore } from './stores/provider-store'

export interface ProviderSiteConfig {
  readonly site: SiteConfig
  readonly issuer: Issuer
  readonly clients: readonly Client[]
  readonly keys: Keys
  readonly store: ProviderStore
  /** clients may ask for the e-mail address, which nothing has verified */
  readonly hasEmail: boolean
  /** tokens that the XMPP server takes as passwords; `undefined`: there are none */
  readonly chat?: { readonly key: ChatKey; readonly resource: string } | undefined
}

/** Creates the identity provider: a login site, with an OpenID Connect provider on it. It does not listen. */
export async function createProviderSite(config: ProviderSiteConfig): Promise<Site> {
  const { site, clients, store, keys } = config
  const logEvent = providerEvents(site.log, site.metrics)
  const ends = new SessionEnds({ store, log: site.log })
  const stores = sharedStores(config, ends)
  const clientFetch = createClientFetch(clients, logEvent)
  const paths = picturePaths(keys.pictureKey)
  // The site needs the provider, which needs the roles that the site reads.
  const late: Late = {}
  const provider = await openProvider(config, { late, paths, stores, fetch: clientFetch.fetch })
  ends.serve(provider)
  observe(provider, logEvent)
  const parts: Parts = { config, provider, ends, logEvent }
  return createSite(
    { ...site, stores },
    {
      routes(rooms) {
        late.rooms = rooms
        const routes = routesOf(parts, rooms)
        return { open: clientRoutes(routes, pictures(paths, store.profiles)), pages: pagesOf(parts, rooms, routes) }
      },
      views: VIEWS,
      close: () => clientFetch.close(),
    },
  )
}

interface Late {
  rooms?: SiteRooms
}

interface Needs extends Pick<ProviderOptions, 'fetch'> {
  readonly late: Late
  readonly paths: PicturePaths
  readonly stores: Stores
}

async function openProvider(config: ProviderSiteConfig, { late, paths, stores, fetch }: Needs): Promise<Provider> {
  const { site, issuer, clients, keys, store } = config
  const oidc = await loadOidcProvider()
  const { InvalidTarget } = oidc.errors
  return createProvider(oidc, issuer, {
    ...config,
    chat: config.chat && chatTokens({ ...config.chat, jidOf, InvalidTarget }),
    production: site.production,
    base: site.branding.base,
    standing: createStanding(stores, store.bindings),
    roles: { of: async jid => late.rooms?.roles?.of(jid) ?? [] },
    subjectOf: subjectsWith(keys.pairwiseKey),
    isFirstParty: firstPartiesOf(clients),
    pictureOf: (clientId, accountId) => `${issuer.url}${PICTURES}/${paths.nameOf(clientId, accountId)}`,
    fetch,
  })
}

interface Parts {
  readonly config: ProviderSiteConfig
  readonly provider: Provider
  readonly ends: SessionEnds
  readonly logEvent: LogProviderEvent
}

/** Returns the stores of the site. The provider hears of the ends of its sessions. */
function sharedStores({ site: { stores }, store, hasEmail }: ProviderSiteConfig, ends: SessionEnds): Stores {
  return {
    ...stores,
    cards: hasEmail ? cardsWithEmail(stores.cards, store.profiles) : stores.cards,
    accountSessions: watchEnds(stores.accountSessions, ends),
    isReady: async () => (await Promise.all([stores.isReady(), store.isReady()])).every(Boolean),
  }
}

function routesOf({ config, provider, logEvent }: Parts, rooms: SiteRooms): RoutesOptions {
  return {
    handler: handlerOf(provider, signingOut(rooms.recordedSignOut)),
    limits: providerLimits(rooms.stores, logEvent),
    mount: config.issuer.mount,
  }
}

function pagesOf({ config, provider, ends, logEvent }: Parts, rooms: SiteRooms, routes: RoutesOptions): Router {
  const { clients, keys, store } = config
  const interactions = createInteractions(provider)
  const subjectOf = subjectsWith(keys.pairwiseKey)
  const takeProfile = profileTaker(rooms.stores.cards, store.profiles)
  return Router().use(
    visitorRoutes(routes),
    interactionRoutes({
      interactions,
      answers: createAnswers({ provider, endSession: uid => ends.endSession(uid), takeProfile }),
      subjectOf,
      isFirstParty: firstPartiesOf(clients),
      forms: rooms.forms,
      base: config.site.branding.base,
      logEvent,
    }),
    preparedLogin(interactions, subjectOf),
  )
}

function firstPartiesOf(clients: readonly Client[]): (clientId: string) => boolean {
  const own = new Set(clients.filter(({ firstParty }) => firstParty).map(({ metadata }) => metadata.client_id))
  return clientId => own.has(clientId)
}
