import type { AgentLike } from './authenticator-options'
import { assertObject } from './checks'

/**
 * Checks option `agent` as far as its options show what it does. What they do not show is checked on each connection
 * (bosh/http/trusted-tls.ts).
 *
 * @param tls option `tls`
 * @param urls the `service` URLs
 * @throws {TypeError} that names the option
 * @internal
 */
export function agentOf(value: unknown, tls: unknown, urls: readonly URL[]): AgentLike | undefined {
  if (value === undefined) return undefined
  assertObject(value, 'option `agent`')
  const agent = value as AgentLike
  if (typeof agent.destroy !== 'function') throw new TypeError('option `agent` must be an http.Agent or https.Agent')
  if (tls !== undefined)
    throw new TypeError('options `agent` and `tls` cannot be combined: pass the TLS options to the agent')
  assertStrictTls(agent.options)
  // Node's own agents name the protocol they speak; agents for proxies choose it for each request.
  const protocol: unknown = Object.getOwnPropertyDescriptor(agent, 'protocol')?.value
  if (typeof protocol === 'string' && urls.some(url => url.protocol !== protocol)) {
    throw new TypeError(`option \`agent\` is for ${protocol} URLs, but a \`service\` URL has another protocol`)
  }
  return agent
}

const OLD_VERSIONS: readonly unknown[] = ['TLSv1', 'TLSv1.1']

function assertStrictTls(options: unknown): void {
  if (typeof options !== 'object' || options === null) return
  const { rejectUnauthorized, minVersion, maxVersion, secureProtocol, secureContext } = options as Record<
    string,
    unknown
  >
  if (rejectUnauthorized === false) {
    throw new TypeError(
      'option `agent` has `rejectUnauthorized: false`: remove it, because certificates must be verified',
    )
  }
  if (OLD_VERSIONS.includes(minVersion) || OLD_VERSIONS.includes(maxVersion)) {
    throw new TypeError('option `agent` allows TLS 1.0 or 1.1: set its `minVersion` to TLSv1.2')
  }
  // The methods without a version allow every version (OpenSSL, TLS_method).
  if (secureProtocol !== undefined && !/^TLSv1_2(?:_client)?_method$/.test(String(secureProtocol))) {
    throw new TypeError(
      'option `agent` has a `secureProtocol` that allows TLS 1.0 or 1.1: set its `minVersion` instead',
    )
  }
  if (secureContext !== undefined) {
    throw new TypeError(
      'option `agent` has a `secureContext`, which hides its TLS versions: pass its options (`ca`, `cert`, `key`, …) to the agent instead',
    )
  }
}
