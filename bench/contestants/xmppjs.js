import { client } from '@xmpp/client'
import { WebSocket } from 'ws'
import { DOMAIN } from '../servers/instance.js'

// Built into Node from version 22 on.
globalThis.WebSocket ??= WebSocket

/** xmpp.js over TCP or WebSocket, with one client for each login. */
export default function xmppjs({ tcp, websocket, transport, mechanism }) {
  return {
    async login(username, password) {
      const credentials = authenticate => authenticate({ username, password }, mechanism)
      const xmpp = client({ service: transport === 'tcp' ? tcp : websocket, domain: DOMAIN, credentials })
      xmpp.reconnect.stop()
      xmpp.on('error', () => {})
      try {
        await xmpp.start()
        return true
      } catch (error) {
        if (error.condition === 'not-authorized') return false
        throw error
      } finally {
        xmpp.stop().catch(() => {})
      }
    },
    close() {},
  }
}
