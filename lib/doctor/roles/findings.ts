import { XmppBoshError } from '../../errors/error'
import type { Domain } from '../../jid'
import { prepareConfiguredDomain, splitJid } from '../../jid'
import { Authenticator } from '../../login/authenticator'
import type { Room } from '../../options/role-options'
import type { CheckContext } from '../check-context'
import { loginAdvice } from '../checks/login'
import { type Finding, skipped, wrong } from '../finding'
import type { Software } from '../software'
import type { CheckOptions, Typed } from '../target'
import { readFinding, sizeFinding } from './lists'
import { readRooms } from './read'
import { countReceived } from './received'
import { roomsFinding } from './rooms'
import { serviceFinding } from './services'
import { type Attempt, squatFinding, tryToMakeRoom } from './squat'

const READ_IDS = ['role-service', 'role-rooms', 'role-read', 'role-size'] as const
const IDS = [...READ_IDS, 'role-squat'] as const

/** Checks the rooms that stand for roles. Each of its two logins has the bound of a session. */
export async function roleFindings(
  context: CheckContext,
  { roles, account, credentials }: CheckOptions,
  software: Software,
): Promise<Finding[]> {
  if (roles === undefined) {
    return IDS.map(id => skipped(id, 'not tried: pass --role with a role and its room'))
  }
  if (!context.target.maySendPassword) {
    return IDS.map(id => skipped(id, 'no password is sent over http: to another host'))
  }
  const reader = account ?? credentials
  const read = reader
    ? await readFindings(context, roles.rooms, { ...reader, isService: account !== undefined }, software)
    : READ_IDS.map(id => skipped(id, 'not tried: pass --account or --username to read the rooms'))
  return [...read, await strangerFinding(context, roles.rooms, roles.stranger, software)]
}

async function readFindings(
  context: CheckContext,
  rooms: readonly Room[],
  { username, password, isService }: Typed & { readonly isService: boolean },
  software: Software,
): Promise<Finding[]> {
  const { target, clock } = context
  const received = countReceived(context.transport)
  const authenticator = new Authenticator(target.options, { clock, transport: received })
  const services = servicesOf(rooms)
  try {
    const reading = await authenticator.authenticated({ username, password }, {}, ({ jid }, session, signal) =>
      readRooms(
        { session, clock, received, own: target.settings.domain, services, rooms, reader: jid, isService },
        signal,
      ),
    )
    return [
      serviceFinding(reading, target.settings.domain, software),
      reading.isTooLarge
        ? skipped('role-rooms', 'not checked, because the answers are too large (see role-size)')
        : roomsFinding(reading.answers, software),
      readFinding(reading, software),
      sizeFinding(reading),
    ]
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    // The change stands at the check of the account, or of the login.
    return READ_IDS.map(id => skipped(id, `not checked: ${error.message}`))
  } finally {
    await authenticator.close()
  }
}

async function strangerFinding(
  { authenticator }: CheckContext,
  rooms: readonly Room[],
  stranger: Typed | undefined,
  software: Software,
): Promise<Finding> {
  if (stranger === undefined) {
    return skipped('role-squat', 'not tried: pass --stranger with the name of an account without rights')
  }
  try {
    const attempts = await authenticator.authenticated(stranger, {}, async (_account, session, signal) => {
      const tried: Attempt[] = []
      for (const service of servicesOf(rooms)) tried.push(await tryToMakeRoom(session, service, signal))
      return tried
    })
    const hasOwners = rooms.every(({ owners }) => owners !== undefined)
    return squatFinding(attempts, hasOwners, software)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return wrong('role-squat', `the stranger cannot log in: ${error.message}`, loginAdvice(error, software))
  }
}

/** Returns the domains that hold the rooms, each once. */
function servicesOf(rooms: readonly Room[]): readonly Domain[] {
  const names = [...new Set(rooms.map(({ jid }) => splitJid(jid).domain))]
  return names.flatMap(name => prepareConfiguredDomain(name) ?? [])
}
