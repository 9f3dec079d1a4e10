import { createClient } from 'stanza'
import { DOMAIN } from '../servers/instance.js'

/** stanza over BOSH or WebSocket, with one client for each login. */
export default function stanza({ bosh, websocket, transport, mechanism }) {
  const transports = transport === 'bosh' ? { bosh, websocket: false } : { bosh: false, websocket }
  return {
    login: (username, password) =>
      new Promise((resolve, reject) => {
        const client = createClient({ jid: `${username}@${DOMAIN}`, password, transports, autoReconnect: false })
        for (const { name } of client.sasl.mechanisms) if (name !== mechanism) client.sasl.disable(name)
        client.on('session:started', () => {
          resolve(true)
          client.disconnect()
        })
        client.on('auth:failed', () => {
          resolve(false)
          client.disconnect()
        })
        client.on('disconnected', () => reject(new Error('stanza was disconnected')))
        client.connect()
      }),
    close() {},
  }
}
