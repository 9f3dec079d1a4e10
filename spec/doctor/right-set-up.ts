import { type BoshServer, type BoshServerOptions, type RequestView, startBoshServer } from '../../lib/testing/server'

/** The differences from a server of which the doctor does not complain. */
export interface SetUp extends Partial<BoshServerOptions> {
  /** the id of its captchas; that of ejabberd 26.07 by default */
  readonly challenge?: string
  /** captchas for one visitor */
  readonly captchaLimit?: number
  /** the address that uses them up: that in X-Forwarded-For, or that of the app */
  readonly counts?: 'visitors' | 'apps'
}

/** Starts an ejabberd without faults: one hash, sign-up behind a captcha that is limited for each visitor. */
export async function startSetUp({
  challenge = '1rru05bfndwhgiec',
  captchaLimit = 3,
  counts = 'visitors',
  ...options
}: SetUp = {}): Promise<BoshServer> {
  const server = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1' },
    mechanisms: ['SCRAM-SHA-256', 'PLAIN'],
    registration: 'captcha',
    ...options,
  })
  const given = new Map<string, number>()
  const limited = (body: string, { headers, body: request }: RequestView): string => {
    const address = (counts === 'visitors' && String(headers['x-forwarded-for'] ?? '')) || 'app'
    given.set(address, (given.get(address) ?? 0) + 1)
    if ((given.get(address) ?? 0) > captchaLimit) return refusal(request, 'resource-constraint')
    return body.replaceAll(/(?<=<value>|captcha\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, challenge)
  }
  if (options.registration !== 'open') server.fault({ on: 'form', times: 100, reply: { rewrite: limited } })
  return server
}

function refusal(request: string, condition: string): string {
  const id = / id='([^']+)'/.exec(request)?.[1]
  const error = `<error type='wait'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
  return `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='error' id='${id}'>${error}</iq></body>`
}
