import { type Authority, authority, selfSigned } from '../../../fixtures/vectors/certificate'
import { freePorts } from '../free-ports'
import { type Names, serveNames } from './names'
import { type HomeServer, startHome } from './server'

/** Servers of different software that reach one another, by certificates of one authority. */
export interface Federation {
  readonly authority: Authority
  /** Servers that run the app's service account: an ejabberd and a Prosody. */
  readonly own: readonly HomeServer[]
  /** Servers of people elsewhere: an ejabberd and a Prosody. */
  readonly others: readonly HomeServer[]
  /** A server whose certificate is not of the authority. It trusts the others. */
  readonly untrusted: HomeServer
  stop(): Promise<void>
}

/** Starts the servers `a.test` to `e.test`, and a DNS server for them. */
export async function startFederation(): Promise<Federation> {
  const issuer = authority('authority of the specs')
  const [namesPort = 0] = await freePorts(1)
  const options = (domain: string) => ({ domain, authority: issuer, namesPort })
  const starting = [
    startHome('ejabberd', options('a.test')),
    startHome('Prosody', options('b.test')),
    startHome('ejabberd', options('c.test')),
    startHome('Prosody', options('d.test')),
    startHome('Prosody', { ...options('e.test'), certificate: selfSigned('e.test') }),
  ] as const
  let names: Names | undefined
  const stop = async () => {
    const started = await Promise.allSettled(starting)
    await Promise.all(started.map(result => result.status === 'fulfilled' && result.value.stop()))
    await names?.stop()
  }
  try {
    const [a, b, c, d, e] = await Promise.all(starting)
    names = await serveNames(
      namesPort,
      Object.fromEntries([a, b, c, d, e].map(({ domain, serverPort }) => [domain, serverPort])),
    )
    return { authority: issuer, own: [a, b], others: [c, d], untrusted: e, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
