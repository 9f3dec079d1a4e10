import { randomUUID } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'

const MODE = 0o600
const OF_OTHERS = 0o077

export interface SecretFileOptions {
  /** variable that names the file */
  readonly variable: string
  readonly path: string
  /** for a message: `a file of keys` */
  readonly kind: string
  readonly maxBytes: number
  /** the cure after others have read the file */
  readonly ifRead: string
}

/** A file that its owner alone can read. Its errors are of {@link ConfigError}, name the variable and never quote the file. */
export class SecretFile {
  readonly #options: SecretFileOptions

  constructor(options: SecretFileOptions) {
    this.#options = options
  }

  read(): string {
    return this.#contentOf(this.#options.path).text
  }

  /**
   * Makes the file in one step: of two processes at their first start, both go on with the file of one of them. Returns false
   * when the file was there.
   */
  create(text: string): boolean {
    const { path } = this.#options
    const written = this.#writeBeside(path, text)
    try {
      linkSync(written, path)
      return true
    } catch (reason) {
      if (codeOf(reason) === 'EEXIST') return false
      throw this.#unusable(path, 'cannot be made', reason)
    } finally {
      unlinkSync(written)
    }
  }

  /** Puts another text into the file in one step. It keeps its owner, which may be another account than the caller. */
  replace(text: string): void {
    const { path } = this.#options
    // The file of a link, not the link.
    const file = realpathSync(path)
    const { stats } = this.#contentOf(file)
    const written = this.#writeBeside(file, text)
    try {
      chownSync(written, stats.uid, stats.gid)
      renameSync(written, file)
    } catch (reason) {
      unlinkSync(written)
      throw this.#unusable(path, 'cannot be replaced', reason)
    }
  }

  #contentOf(path: string): { readonly text: string; readonly stats: Stats } {
    const { variable, kind, maxBytes, ifRead } = this.#options
    const file = this.#open(path)
    try {
      const stats = fstatSync(file)
      if (!stats.isFile()) throw new ConfigError(`${variable}: ${path} is not a file`)
      if ((stats.mode & OF_OTHERS) !== 0) {
        throw new ConfigError(
          `${variable}: ${path} is open to other accounts of this machine: run chmod 600, and if they may have read it, ${ifRead}`,
        )
      }
      if (stats.size > maxBytes) throw new ConfigError(`${variable}: ${path} is larger than ${kind}`)
      return { text: readFileSync(file, 'utf8'), stats }
    } finally {
      closeSync(file)
    }
  }

  #open(path: string): number {
    try {
      return openSync(path, 'r')
    } catch (reason) {
      throw this.#unusable(path, 'cannot be read', reason)
    }
  }

  /** Writes a file beside the one at `path`, so that both are in one file system. Returns its path. */
  #writeBeside(path: string, text: string): string {
    const written = `${path}.${randomUUID()}`
    try {
      const file = openSync(written, 'wx', MODE)
      try {
        writeFileSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    } catch (reason) {
      throw this.#unusable(path, 'cannot be made', reason)
    }
    return written
  }

  #unusable(path: string, fault: string, reason: unknown): ConfigError {
    return new ConfigError(`${this.#options.variable}: ${path} ${fault} (${codeOf(reason)})`)
  }
}

/** Returns the code of a system's error, such as ENOENT. */
export function codeOf(reason: unknown): string {
  return (reason as NodeJS.ErrnoException).code ?? 'unreadable'
}
