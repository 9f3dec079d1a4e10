import { DOMAIN, freePorts, PASSWORD, packageVersion, script, startInstance, USERS } from './instance.js'

/** Starts Prosody with the configuration of this project: SCRAM-SHA-1 keys, 10,000 iterations. */
export async function startProsody() {
  const [http] = await freePorts(1)
  const instance = await startInstance('prosody', directory => [directory, `DOMAIN=${DOMAIN}`, `BOSH_PORT=${http}`])
  try {
    const users = USERS.slice(0, 10)
    for (const user of users) await script('prosody/add-user', [instance.directory, user], PASSWORD)
    const version = await packageVersion('prosody', 'Prosody')
    return { ...instance, version, users, bosh: `http://127.0.0.1:${http}/http-bind` }
  } catch (error) {
    await instance.stop()
    throw error
  }
}
