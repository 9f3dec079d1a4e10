/** The health check of a service in a compose file. */
export interface HealthCheck {
  readonly test: readonly string[]
  readonly interval: string
  readonly start_interval: string
}

/** Expects the health check of a compose file to be that of the Dockerfile, which reads the port from the environment. */
export function expectSameHealthCheck(check: HealthCheck | undefined, dockerfile: string, port: number): void {
  const [, options = '', command = ''] = /^HEALTHCHECK (.*) \\\n {2}CMD (.*)$/m.exec(dockerfile) ?? []
  const words = check?.test.map(word => word.replace('$$', '$').replace(`http_status ${port}`, 'http_status "$PORT"'))

  expect(options).toContain(`--interval=${check?.interval} `)
  expect(options).toContain(`--start-interval=${check?.start_interval} `)
  expect(words).toEqual(['CMD', ...(JSON.parse(command) as string[])])
}
