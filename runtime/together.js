// Ends a program with the launcher that started it, even one that was killed: the pipe between them closes then.
// Loaded with --import by become.js where the launcher cannot become the program.
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const { GLUEBALL_LIFELINE: fd } = process.env
if (fd && isMainThread) {
  delete process.env.GLUEBALL_LIFELINE // a child of this program has no such pipe
  const pipe = new Socket({ fd: Number(fd), readable: true, writable: false })
  pipe.on('error', () => {})
  pipe.on('close', () => process.kill(process.pid, 'SIGTERM'))
  pipe.resume()
  pipe.unref()
}
