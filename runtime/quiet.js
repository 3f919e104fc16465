// Ends a program of the user's as a closed pipe ends others, without a stack: `glueball run FILE | head`.
import { isMainThread } from 'node:worker_threads'

/** The exit code of a program that SIGPIPE ends. */
const exitCode = 141

if (isMainThread) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (stream.listenerCount('error') > 1) return // the program has its own answer
      if (error.code === 'EPIPE') process.exit(exitCode)
      throw error
    })
  }
}
