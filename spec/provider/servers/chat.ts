import { startBoshServer } from '../../../lib/testing/server'
import { startPerson } from '../../live/servers/clients/person'
import { startEjabberdRooms } from '../../live/servers/rooms/ejabberd-rooms'
import { PASSWORD } from '../../live/servers/rooms/rooms'

/*
 * The XMPP server behind the provider: the test kit or a real ejabberd, with the same accounts and the same rooms. The
 * rooms stand for the roles of the provider, which its service account reads.
 */

export const CHATS = ['kit', 'ejabberd'] as const
export type ChatName = (typeof CHATS)[number]

/** Password of every account. */
export { PASSWORD }

const SERVICE_ACCOUNT = 'login'
const STAFF = 'staff@rooms.localhost'
const EDITORS = 'editors@rooms.localhost'

/** Members of the rooms, by bare JID. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  [STAFF]: ['user1@localhost', 'zoë@localhost'],
  [EDITORS]: ['user1@localhost'],
}
const ACCOUNTS = ['user1', 'user2', 'zoë', SERVICE_ACCOUNT]

/** A person whose XMPP app is online. */
export interface Online {
  /** Answers the question of the service account, which they wait for. */
  replies(text: string): Promise<void>
  stop(): Promise<void>
}

export interface Chat {
  /** the provider's environment */
  readonly env: Readonly<Record<string, string>>
  /** Brings an account online. */
  online(username: string): Promise<Online>
  stop(): Promise<void>
}

export async function startChat(name: ChatName): Promise<Chat> {
  const { url, online, stop } = await (name === 'kit' ? startKit() : startEjabberd())
  const env = {
    XMPP_SERVICE: url,
    XMPP_DOMAIN: 'localhost',
    XMPP_CONFIRM_USERNAME: SERVICE_ACCOUNT,
    XMPP_CONFIRM_PASSWORD: PASSWORD,
    XMPP_ROLES: `staff=${STAFF},editors=${EDITORS}`,
  }
  return { env, online, stop }
}

async function startKit() {
  const server = await startBoshServer({
    domain: 'localhost',
    accounts: Object.fromEntries(ACCOUNTS.map(name => [name, PASSWORD])),
    rooms: Object.fromEntries(
      Object.entries(MEMBERS).map(([room, members]) => [
        room,
        { members: [...members, `${SERVICE_ACCOUNT}@localhost`] },
      ]),
    ),
  })
  return {
    url: server.url,
    async online(username: string): Promise<Online> {
      const jid = `${username}@localhost`
      server.users.add(jid)
      return {
        replies: async text => server.users.reply(jid, text),
        stop: async () => server.users.remove(jid),
      }
    },
    stop: () => server.close(),
  }
}

async function startEjabberd() {
  const server = await startEjabberdRooms()
  try {
    for (const name of ACCOUNTS) await server.register(name, PASSWORD)
    for (const [room, members] of Object.entries(MEMBERS)) {
      const all = [...members, `${SERVICE_ACCOUNT}@localhost`]
      await server.makeRoom(room, { affiliations: Object.fromEntries(all.map(jid => [jid, 'member'] as const)) })
    }
  } catch (reason) {
    await server.stop()
    throw reason
  }
  return {
    url: server.url,
    async online(username: string): Promise<Online> {
      const jid = `${username}@localhost`
      const person = await startPerson({ jid, password: PASSWORD, port: server.clientPort })
      return {
        async replies(text) {
          await person.told()
          person.do({ say: text })
        },
        stop: () => person.stop(),
      }
    },
    stop: () => server.stop(),
  }
}
