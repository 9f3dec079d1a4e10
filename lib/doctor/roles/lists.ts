import { ASK_MS, MAX_ROLE_BYTES } from '../../limits'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { settingFor } from '../settings'
import type { Software } from '../software'
import { type Fault, worstOf } from './faults'
import { featuresOf } from './features'
import { listsOf, namesOf, type RoomAnswers } from './rooms'

/** Reading of the lists of all rooms in one body, as a login does it. */
export interface Reading {
  readonly answers: readonly RoomAnswers[]
  /** bare JID of the account that read */
  readonly reader: string
  /** the account is that of a RoleReader, and not a visitor's */
  readonly isService: boolean
  readonly ms: number
  /** bytes of all replies */
  readonly bytes: number
  /** a reply was larger than the bound, and so no answer at all */
  readonly isTooLarge: boolean
}

/** Checks that the account may read the lists, and that they come before a login would give up. */
export function readFinding({ answers, reader, isService, ms, isTooLarge }: Reading, software: Software): Finding {
  if (isTooLarge) return skipped('role-read', 'not checked, because the answers are too large (see role-size)')
  // A room that is not there lacks no rights: role-rooms says what to change.
  const rooms = answers.filter(({ info }) => info === undefined || featuresOf(info).refusal === undefined)
  if (rooms.length === 0) return skipped('role-read', 'not checked, because no room tells what it is (see role-rooms)')
  const faults = rooms.flatMap(about => listsFault(about, reader, isService, software) ?? [])
  if (ms > ASK_MS) {
    const advice =
      "A login gives up after that time, and then has no roles: check the server's load, or name fewer rooms."
    faults.push({ status: 'warn', summary: `the lists took ${ms} ms, more than ${ASK_MS}`, advice })
  }
  return worstOf('role-read', faults, `${reader} reads the lists of ${namesOf(rooms)} in ${ms} ms`)
}

/** Faults of an answer that say nothing about the rights of the account. */
const UNCLEAR = ['unanswered', 'malformed']
const NO_LIST = "The server sent no complete list, so the app gives no role by it: check the server's log and its load."

function listsFault(about: RoomAnswers, reader: string, isService: boolean, software: Software): Fault | undefined {
  const { jid } = about.room
  const lists = Object.entries(listsOf(about))
  const unread = lists.flatMap(([name, list]) =>
    typeof list === 'string' ? [{ name: `${name}s`, condition: list }] : [],
  )
  if (unread.length === 0) return undefined
  const conditions = [...new Set(unread.map(({ condition }) => condition))].join(', ')
  const isPart = unread.length < lists.length
  const which = isPart ? `the ${unread.map(({ name }) => name).join(' and ')}` : 'any list'
  return {
    // A visitor without a role may not read: that is no fault of the server.
    status: isService && !isPart ? 'wrong' : 'warn',
    summary: `${reader} cannot read ${which} of ${jid} (${conditions})`,
    advice: unread.every(({ condition }) => UNCLEAR.includes(condition)) ? NO_LIST : readAdvice(software),
  }
}

function readAdvice(software: Software): string {
  const member = `Make the account that reads a member of the room${settingFor('make a member', software)}.`
  const owner =
    'Give option `roles` of the app a RoleReader whose account is an owner of the rooms, and pass that account with --account.'
  switch (software) {
    case 'MongooseIM':
    case 'Tigase':
    case 'Metronome':
      return `${software} does not let members read. ${owner}`
    case undefined:
    case 'Prosody or Metronome':
      return `${member} On Tigase, MongooseIM and Metronome members may not read: ${lowered(owner)}`
    default:
      return member
  }
}

const lowered = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** Compares the size of the lists with the bound of a login, above which there are no roles. */
export function sizeFinding({ answers, bytes, isTooLarge }: Reading): Finding {
  const advice =
    'A login whose answers are larger has no roles. Take people out who need the role no more, or name fewer rooms in one app.'
  if (isTooLarge) {
    return wrong('role-size', `the answers of all rooms are larger than ${MAX_ROLE_BYTES} bytes`, advice)
  }
  if (answers.every(about => typeof listsOf(about).member === 'string')) {
    return skipped('role-size', 'not checked, because no list was read')
  }
  const percent = Math.ceil((bytes / MAX_ROLE_BYTES) * 100)
  const seen = `the answers of all rooms have ${bytes} bytes, ${percent} % of the bound`
  return bytes * 2 < MAX_ROLE_BYTES ? ok('role-size', seen) : warn('role-size', seen, advice)
}
