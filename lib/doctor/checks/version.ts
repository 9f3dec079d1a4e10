import { type Finding, ok, warn } from '../finding'
import type { ReportedVersion } from '../reported-version'
import { settingFor } from '../settings'
import type { Software } from '../software'

/** The first ejabberd without the vulnerabilities below. */
const FIRST_FIXED = { year: 26, month: 7 }

const UPDATE =
  "Update ejabberd. Before 26.07, any user can log in as any other user: PLAIN accepts another account's authzid. This package never sends one, but other clients can. The captcha of the web form can also be skipped: keep mod_register_web off until you have updated."

/** Sources that show the version. */
export interface VersionEvidence {
  readonly software: Software
  /** from XEP-0092, after a login, or from a header */
  readonly reported: ReportedVersion | undefined
  /** the id of a captcha, without a login */
  readonly challenge: string | undefined
  /** a login succeeded, so the server was asked */
  readonly hasLoggedIn: boolean
}

/** Warns if an ejabberd is older than the fixes of known vulnerabilities, or if the version is not known. */
export function versionFinding({ software, reported, challenge, hasLoggedIn }: VersionEvidence): Finding {
  if (reported !== undefined) return reportedFinding(reported)
  // 26.07 changed its ids from decimal numbers of a weak generator to 16 letters and digits.
  if (software === 'ejabberd' && challenge !== undefined) {
    if (/^\d+$/.test(challenge)) return warn('version', 'ejabberd older than 26.07, as its captchas show', UPDATE)
    if (/^[0-9a-z]{16}$/.test(challenge)) return ok('version', 'ejabberd 26.07 or later, as its captchas show')
  }
  const server = software ?? 'a server that this command does not know'
  const setting = settingFor('tell the version', software)
  return hasLoggedIn
    ? warn(
        'version',
        `${server}; it does not tell its version`,
        `Turn XEP-0092 on${setting}, or make sure by hand that the server has its security updates.`,
      )
    : warn(
        'version',
        `${server}; it does not show its version without a login`,
        `Pass --username to ask for the version after a login (XEP-0092)${setting}.`,
      )
}

function reportedFinding({ name, version }: ReportedVersion): Finding {
  if (version === undefined) {
    return warn(
      'version',
      `${name}; it tells its name, and not its version`,
      'Make sure by hand that the server has its security updates.',
    )
  }
  const seen = `${name} ${version}`
  if (name !== 'ejabberd') {
    return ok('version', `${seen}, as it says; this command does not know its vulnerabilities`)
  }
  const [, year, month] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const number = Number(year) * 12 + Number(month)
  const isFixed = number >= FIRST_FIXED.year * 12 + FIRST_FIXED.month
  return isFixed ? ok('version', seen) : warn('version', seen, UPDATE)
}
