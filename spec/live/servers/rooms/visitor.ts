import { authenticate, bind, openSession, terminate } from '../bare-session'
import type { LiveServer } from '../live-server'
import { PASSWORD } from './rooms'

const CLIENT = "xmlns='jabber:client'"

/** Someone who is logged in with a client of their own, by bare HTTP. */
export interface Visitor {
  /** Sends a request of type set, to a room or to the own server. Rejects when the answer is an error. */
  sets(to: string | undefined, payload: string): Promise<void>
  /** Enters a room, and makes it, if there is none and the service allows it. Returns what the service says. */
  joins(room: string): Promise<string>
  leave(): Promise<void>
}

export async function enter(server: LiveServer, username: string): Promise<Visitor> {
  const session = await openSession(server, 30_000)
  await authenticate(session, username, PASSWORD)
  await bind(session)
  let ids = 0
  const until = async (body: string, isIt: (said: string) => boolean) => {
    let said = await session.send(body)
    for (let polls = 0; !isIt(said); polls++) {
      if (polls === 10 || said.includes("type='terminate'")) throw new Error(`${username} got no answer: ${said}`)
      said += await session.send('')
    }
    return said
  }
  return {
    async sets(to, payload) {
      const id = `set${++ids}`
      const address = to === undefined ? '' : `to='${to}'`
      const iq = `<iq ${CLIENT} type='set' id='${id}' ${address}>${payload}</iq>`
      const said = await until(iq, text => text.includes(`id='${id}'`))
      if (said.includes("type='error'")) throw new Error(said)
    },
    joins(room) {
      const muc = "<x xmlns='http://jabber.org/protocol/muc'/>"
      const presence = `<presence ${CLIENT} to='${room}/${username}'>${muc}</presence>`
      // The own presence in the room comes last, with status 110 (XEP-0045 §7.2.2).
      return until(presence, text => text.includes("code='110'") || text.includes("type='error'"))
    },
    async leave() {
      await terminate(session)
    },
  }
}

/**
 * Makes a room as its owner, by joining it, with the flags that the room of a role has and the given affiliations. Rejects
 * when the service does not allow it.
 */
export async function squat(visitor: Visitor, room: string, affiliations: Readonly<Record<string, string>>) {
  const said = await visitor.joins(room)
  if (said.includes("type='error'")) throw new Error(said)
  const fields = {
    FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig',
    'muc#roomconfig_persistentroom': '1',
    'muc#roomconfig_membersonly': '1',
    'muc#roomconfig_whois': 'anyone',
  }
  const form = Object.entries(fields).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
  const x = `<x xmlns='jabber:x:data' type='submit'>${form.join('')}</x>`
  await visitor.sets(room, `<query xmlns='http://jabber.org/protocol/muc#owner'>${x}</query>`)
  for (const [jid, affiliation] of Object.entries(affiliations)) {
    const item = `<item jid='${jid}' affiliation='${affiliation}'/>`
    await visitor.sets(room, `<query xmlns='http://jabber.org/protocol/muc#admin'>${item}</query>`)
  }
}
