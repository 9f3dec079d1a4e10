import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rules } from '../../../identity-provider/clients/checks'
import type { Client } from '../../../identity-provider/clients/client'
import { readClients } from '../../../identity-provider/clients/clients'

export const SECRET = 'a-secret-of-the-specs-0123456789abcdef'
/** an entry without a fault */
export const WIKI = {
  client_id: 'wiki',
  client_secret: SECRET,
  redirect_uris: ['https://wiki.example.org/callback'],
} as const

/** A file of relying parties in a folder of its own. */
export class ClientFile {
  readonly folder = mkdtempSync(join(tmpdir(), 'clients-'))
  readonly path = join(this.folder, 'clients.json')

  write(content: unknown, mode = 0o600): void {
    writeFileSync(this.path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  }

  read(content: unknown, rules: Partial<Rules> = {}): Client[] {
    this.write(content)
    return readClients(this.path, rules)
  }

  /** Returns the message of the error without its beginning. Fails if the message has a secret. */
  refusal(content?: unknown, rules: Partial<Rules> = {}): string {
    if (content !== undefined) this.write(content)
    try {
      readClients(this.path, rules)
    } catch (reason) {
      const { name, message } = reason as Error
      expect(name).toBe('ConfigError')
      expect(message).not.toContain(SECRET.slice(0, 10))
      const begin = `OIDC_CLIENTS: ${this.path} `
      expect(message.slice(0, begin.length)).toBe(begin)
      return message.slice(begin.length)
    }
    return 'is accepted'
  }

  /** Returns what is wrong with one entry; a member that is undefined is left out. */
  fault(change: object, rules: Partial<Rules> = {}): string {
    const begin = 'has a fault: entry 1 (client_id "wiki"): '
    const said = this.refusal([{ ...WIKI, ...change }], rules)
    return said.startsWith(begin) ? said.slice(begin.length) : said
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
