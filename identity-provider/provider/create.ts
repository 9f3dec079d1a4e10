import { checkAccepted } from '../clients/accepted'
import { useOriginOf } from '../endpoints/addresses'
import type { Issuer } from '../endpoints/issuer'
import { configurationOf, type ProviderOptions } from './configuration'
import type { OidcProvider } from './load'
import type { Provider } from './oidc'

/**
 * Creates the provider. Every client is read here, where a fault can stop the start: oidc-provider reads them when they are first
 * used.
 *
 * @throws {ConfigError}
 */
export async function createProvider(oidc: OidcProvider, issuer: Issuer, options: ProviderOptions): Promise<Provider> {
  return withoutWarnings(async () => {
    const provider = new oidc.Provider(issuer.url, configurationOf(oidc, options))
    useOriginOf(issuer, provider)
    await checkAccepted(options.clients, id => provider.Client.find(id))
    return provider
  })
}

/** Rejects if oidc-provider warns, as it does about keys and functions that are for its first steps alone. */
async function withoutWarnings<T>(start: () => Promise<T>): Promise<T> {
  const { warn } = console
  const warnings: string[] = []
  console.warn = (...words) => {
    const text = words.join(' ')
    if (text.includes('oidc-provider')) warnings.push(text)
    else warn(...words)
  }
  try {
    const started = await start()
    if (warnings.length > 0) throw new Error(`the provider is not safe to start: ${warnings.join('; ')}`)
    return started
  } finally {
    console.warn = warn
  }
}
