// An HTTP server on this machine for the tests of downloads.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

/** Starts servers that end with the tests around the call; gives a server's address, with a slash at its end. */
export function servers(): (listener: RequestListener) => Promise<string> {
  const started: Server[] = []
  afterAll(() => {
    for (const server of started) {
      server.closeAllConnections()
      server.close()
    }
  })
  return async (listener) => {
    const server = createServer(listener)
    started.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
}
