// Whole files, read and written for a function of the user's, whose name errors say.
import { readFile, writeFileAtomic } from '#platform'
import { GlueballError } from '../core/errors.ts'

/** Writes a file. Rejects with what a user of `op` can do. */
export async function writeBytes(op: string, path: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomic(path, bytes).catch((error: Error) => {
    const missing = (error.cause as { code?: string } | undefined)?.code === 'ENOENT'
    const reason = missing ? 'its folder is not there, and must be made first' : error.message
    throw new GlueballError(`[${op}] cannot write ${path}: ${reason}`, { cause: error })
  })
}

/** Reads a file. Rejects with what a user of `op` was expected to give. */
export async function readBytes(op: string, path: string, expected: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(path).catch((error: Error) => {
    throw new GlueballError(`[${op}] cannot read ${path}: got ${error.message}, expected ${expected}`)
  })
}
