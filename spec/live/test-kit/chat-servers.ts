import type { PersonalityName } from '../../../lib/testing/server'
import { startEjabberd } from '../servers/ejabberd'
import type { LiveServer } from '../servers/live-server'
import { startProsody } from '../servers/prosody'

const PROSODY_MODULES = ['carbons', 'ping', 'private', 'time', 'vcard']
// As by default: pages of any origin may use BOSH. The configuration that operators copy allows none. It keeps vCards by
// PEP; the test kit plays the module `vcard`, as it is without PEP.
const PROSODY_SETTINGS = `
http_cors_override = {}
modules_disabled = { "s2s", "dialback", "pep", "vcard_legacy" }`

/** The real servers with the services that the test kit plays as well. */
export const chatServers: readonly (readonly [PersonalityName, () => Promise<LiveServer>])[] = [
  [
    'ejabberd',
    () =>
      startEjabberd({
        storage: 'plain',
        modules: {
          mod_carboncopy: '{}',
          mod_disco: '{}',
          mod_ping: '{}',
          mod_private: '{}',
          mod_roster: '{versioning: true}',
          mod_vcard: '{search: false}',
          mod_version: '{}',
        },
      }),
  ],
  ['prosody', () => startProsody({ storage: 'plain', modules: PROSODY_MODULES, more: PROSODY_SETTINGS })],
]
