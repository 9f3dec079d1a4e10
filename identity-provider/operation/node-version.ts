export const NEEDED = '22.12 or later'

/** Tells if oidc-provider runs on a version of Node.js. @param version without a `v` at its beginning */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}
