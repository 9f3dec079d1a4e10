import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { startChild } from '../../cluster/servers/child'
import { codesIn } from '../../docs/blocks'
import type { Page } from '../visitor/page'
import { SHOWN_SECRET } from './registered'
import type { Claims, Party, PartyOptions } from './relying-party'
import { certificateOf } from './tls'

const CORE = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'mime', 'filter']
const MODULES = [...CORE, 'ssl', 'include', 'auth_openidc']
/** The page that shows the variables which the module has set. */
const WHO = '<!--#printenv -->\n'

/** Starts Debian's Apache with the configuration that docs/identity-provider/apache.md shows. */
export async function startApache(options: PartyOptions): Promise<Party> {
  const { name, entry, origin } = options
  const directory = await mkdtemp(join(tmpdir(), 'apache-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await writeFiles(directory, options)
    const child = await startChild({
      path: 'apache2',
      args: ['-d', directory, '-f', join(directory, 'apache.conf'), '-DFOREGROUND'],
      ready: /resuming normal operations/,
      end: 'TERM',
    })
    return {
      name,
      entry,
      origin,
      account: `${origin}/account/`,
      logout: `${origin}/oidc/callback?logout=${encodeURIComponent(`${origin}/signed-out.html`)}`,
      claimsOn: claimsOf,
      said: () => child.said(),
      async stop() {
        await child.kill()
        await remove()
      },
    }
  } catch (reason) {
    await remove()
    throw reason
  }
}

async function writeFiles(directory: string, { entry, origin, issuer, caFile }: PartyOptions): Promise<void> {
  // Its processes run as www-data where this one is root.
  await chmod(directory, 0o755)
  for (const place of ['account', 'staff']) {
    await mkdir(join(directory, 'www', place), { recursive: true })
    await writeFile(join(directory, 'www', place, 'index.shtml'), WHO)
  }
  await writeFile(join(directory, 'www/signed-out.html'), 'You are signed out.\n')
  const { host, hostname } = new URL(origin)
  const { key, cert } = certificateOf(hostname)
  await writeFile(join(directory, 'tls.pem'), key + cert)
  const shown = filled(codesIn('docs/identity-provider/apache.md', 'apache').join('\n'), [
    ['https://login.example.com/oidc', issuer],
    ['https://app.example.com', origin],
    [SHOWN_SECRET, entry.client_secret],
  ])
  await writeFile(join(directory, 'apache.conf'), around(directory, host, caFile) + shown)
}

function filled(text: string, values: readonly (readonly [string, string])[]): string {
  return values.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`the configuration of apache.md has no ${from}`)
    return rest.replaceAll(from, to)
  }, text)
}

/** Returns the relevant part of Debian's /etc/apache2, with all files in one directory. */
function around(directory: string, host: string, caFile: string): string {
  const load = MODULES.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  return `
${load.join('\n')}
ServerName ${host}
Listen ${host}
SSLEngine on
SSLCertificateFile ${directory}/tls.pem
OIDCCABundlePath ${caFile}
PidFile ${directory}/apache.pid
DefaultRuntimeDir ${directory}
ErrorLog "|/bin/cat"
${userInfo().uid === 0 ? 'User www-data\nGroup www-data' : ''}
DocumentRoot ${directory}/www
TypesConfig /etc/mime.types
DirectoryIndex index.shtml
<Directory ${directory}/www>
  Require all granted
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
</Directory>
`
}

/** Reads the variables that the page prints. Apache has texts alone: a list is separated by commas. */
function claimsOf({ html }: Page): Claims {
  const lines = Array.from(html.matchAll(/^(?:OIDC_CLAIM_)?(\w+)=(.*)$/gm), ([, name = '', value = '']) => [
    name,
    value,
  ])
  const {
    REMOTE_USER: user,
    sub,
    xmpp,
    preferred_username,
    iss,
    aud,
    nonce,
    sid,
    groups,
    amr,
    auth_time,
    exp,
  } = Object.fromEntries(lines) as Readonly<Record<string, string>>
  if (user !== xmpp) throw new Error(`REMOTE_USER is ${user}, and the JID is ${xmpp}`)
  const list = (text = '') => text.split(',').filter(Boolean)
  return {
    ...(sub !== undefined && { sub }),
    ...(nonce !== undefined && { nonce }),
    ...{ xmpp, preferred_username, iss, aud, sid },
    groups: list(groups),
    amr: list(amr),
    auth_time: Number(auth_time),
    exp: Number(exp),
  }
}
