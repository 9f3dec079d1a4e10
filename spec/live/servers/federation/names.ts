import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

const DNSMASQ = '/usr/sbin/dnsmasq'
const READY_MS = 10_000

/** A DNS server on loopback, which knows the domains of a spec alone. */
export interface Names {
  stop(): Promise<void>
}

/**
 * Starts a DNS server that names the port at which each domain listens to other servers.
 *
 * The targets are `localhost`: ejabberd looks up services by Erlang's resolver, but addresses by that of the system.
 */
export async function serveNames(port: number, portOf: Readonly<Record<string, string>>): Promise<Names> {
  if (!existsSync(DNSMASQ)) throw new Error('dnsmasq is not installed: npm run servers')
  const services = Object.entries(portOf).map(
    ([domain, at]) => `--srv-host=_xmpp-server._tcp.${domain},localhost,${at}`,
  )
  const own = ['--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--keep-in-foreground', '--pid-file=']
  const where = ['--bind-interfaces', '--listen-address=127.0.0.1', `--port=${port}`, '--log-facility=/dev/null']
  // Other names do not exist. Without the last option, dnsmasq would refuse them.
  const known = [...services, '--address=/localhost/127.0.0.1', '--address=/#/']
  // A test process that dies cannot stop it, so it ends with it.
  const server = spawn('setpriv', ['--pdeathsig', 'TERM', DNSMASQ, ...own, ...where, ...known], { stdio: 'ignore' })
  const ended = once(server, 'exit')
  const stop = async () => {
    server.kill()
    await ended
  }
  try {
    const [domain = ''] = Object.keys(portOf)
    await Promise.race([
      answers(port, `_xmpp-server._tcp.${domain}`),
      ended.then(([code]) => Promise.reject(new Error(`dnsmasq ended with ${code}`))),
    ])
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

async function answers(port: number, service: string): Promise<void> {
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  for (const deadline = performance.now() + READY_MS; ; ) {
    try {
      await resolver.resolveSrv(service)
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}
