import Bowser from 'bowser'
import type { Request } from 'express'

/** characters of the header that are looked at */
const MAX_HEADER_LENGTH = 512
/** characters */
const MAX_NAME_LENGTH = 60

/** Names the browser of a request and its system, such as `Firefox, Linux`. Returns an empty text for an unknown one. */
export function browserOf(req: Request): string {
  const header = req.get('user-agent')?.slice(0, MAX_HEADER_LENGTH)
  if (!header) return ''
  const parser = Bowser.getParser(header)
  const names = [parser.getBrowserName(), parser.getOSName()].filter(name => name !== '')
  // A program may send anything.
  return names.join(', ').replace(/\p{C}/gu, '').slice(0, MAX_NAME_LENGTH)
}
