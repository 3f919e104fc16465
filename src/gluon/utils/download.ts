// Downloading a file with a digest and a bound, kept whole or not at all (MXNet 1.9.1, gluon/utils.py).
import {
  environment,
  download as fetchBytes,
  fileExists,
  hasFiles,
  joinPath,
  makeDir,
  readDir,
  readFile,
  writeFileAtomic,
} from '#platform'
import { checkOptions, GlueballError, nameOfKind, type OptionNames, reasonOf } from '../../core/errors.ts'
import { digestOf } from '../../io/digest.ts'

/** Options of `download`. */
export interface DownloadOptions {
  /** The file to write, or a folder that is there. Default the address's last part, in the current folder. */
  readonly path?: string | null
  /** Downloads a file that is there already, too. Default false. */
  readonly overwrite?: boolean
  /** SHA-1 of the file, in 40 hexadecimal digits; a file that is there with another digest is downloaded anew. */
  readonly sha1Hash?: string | null
  /** SHA-256 of the file, in 64 hexadecimal digits. */
  readonly sha256Hash?: string | null
  /** Further attempts after one that failed. Default 5. */
  readonly retries?: number
  /** The certificates of servers are always checked: false is refused. */
  readonly verifySsl?: true
  /** Refuses more bytes. Default 2 ** 30. */
  readonly maxBytes?: number
}

const downloadOptions: OptionNames<DownloadOptions> = {
  path: 'string',
  overwrite: 'boolean',
  sha1Hash: 'string',
  sha256Hash: 'string',
  retries: 'number',
  verifySsl: 'boolean',
  maxBytes: 'number',
}

type Bytes = Uint8Array<ArrayBuffer>
type Algorithm = 'SHA-1' | 'SHA-256'

/** A digest that a file should have. */
interface Digest {
  readonly algorithm: Algorithm
  readonly hash: string
}

/** How long a server may take to answer, in milliseconds. */
const connectTimeoutMs = 20_000

/** Downloads a file, unless it is there with the right digest. Gives its path; a failure leaves no part of it. */
export async function download(url: string, options: DownloadOptions = {}): Promise<string> {
  checkOptions('download', options, "{ path: 'data', sha1Hash: '…' }", downloadOptions)
  const { overwrite = false, retries = 5, maxBytes = 2 ** 30, verifySsl = true } = options
  if (typeof url !== 'string') throw fail(`takes an address, as 'https://…', got ${nameOfKind(url)}`)
  if (!verifySsl) throw fail('the certificates of servers are always checked: leave out verifySsl')
  checkCount('retries', retries, 0)
  checkCount('maxBytes', maxBytes, 1)
  const digests = digestsOf(options)
  if (!hasFiles) throw fail('a page has no files: write await fetch(url), and pass the bytes on')
  const path = await placeOf(url, options.path ?? '')
  if (!overwrite && (await fileExists(path)) && (await isWhole(path, digests))) return path
  const bytes = await fetchChecked(url, { digests, retries, maxBytes })
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  if (slash > 0) await makeDir(path.slice(0, slash))
  await writeFileAtomic(path, bytes)
  return path
}

/** Whether a file has a SHA-1 digest, given in hexadecimal digits. */
export async function checkSha1(filename: string, sha1Hash: string): Promise<boolean> {
  const digest = { algorithm: 'SHA-1', hash: checkHash('checkSha1', 'sha1Hash', sha1Hash, 40) } as const
  return (await mismatch(await readFile(filename), [digest])) === undefined
}

function fail(message: string): GlueballError {
  return new GlueballError(`[download] ${message}`)
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw fail(`${name} must be ${least > 0 ? 'a positive' : 'a non-negative'} integer, got ${nameOfKind(value)}`)
}

function checkHash(op: string, name: string, hash: string, digits: number): string {
  if (typeof hash === 'string' && hash.length === digits && /^[0-9a-f]*$/i.test(hash)) return hash.toLowerCase()
  throw new GlueballError(`[${op}] ${name} must have ${digits} hexadecimal digits, got ${nameOfKind(hash)}`)
}

function digestsOf({ sha1Hash, sha256Hash }: DownloadOptions): Digest[] {
  const digests: Digest[] = []
  if (sha1Hash) digests.push({ algorithm: 'SHA-1', hash: checkHash('download', 'sha1Hash', sha1Hash, 40) })
  if (sha256Hash) digests.push({ algorithm: 'SHA-256', hash: checkHash('download', 'sha256Hash', sha256Hash, 64) })
  return digests
}

/** Whether a file has the digests; without any, it is taken as it is. */
async function isWhole(path: string, digests: readonly Digest[]): Promise<boolean> {
  return digests.length === 0 || (await mismatch(await readFile(path), digests)) === undefined
}

/** What is wrong with the digests of a file's bytes. */
async function mismatch(bytes: Bytes, digests: readonly Digest[]): Promise<string | undefined> {
  for (const { algorithm, hash } of digests) {
    const got = await digestOf(algorithm, bytes)
    if (got !== hash) return `the file has another digest: got ${algorithm} ${got}, expected ${hash}`
  }
  return undefined
}

/** The file's path: in the folder given, or as given; `~` is the user's folder, as in Python. */
async function placeOf(url: string, given: string): Promise<string> {
  if (typeof given !== 'string') throw fail(`path must be a string, got ${nameOfKind(given)}`)
  const home = environment('HOME') ?? environment('USERPROFILE')
  const path = home ? given.replace(/^~(?=$|[/\\])/, home) : given
  const isFolder = path === '' || /[/\\]$/.test(path) || (await isFolderThere(path))
  if (!isFolder) return path
  const name = url
    .replace(/[?#].*$/s, '')
    .split('/')
    .at(-1)
  if (!name || !/^[^\\]+$/.test(name) || name === '..' || name === '.') {
    throw fail(`the address ${url} ends with no file name: name the file, as { path: 'data.zip' }`)
  }
  return path === '' ? name : joinPath(path, name)
}

const isFolderThere = (path: string): Promise<boolean> =>
  readDir(path).then(
    () => true,
    () => false,
  )

interface Wanted {
  readonly digests: readonly Digest[]
  readonly retries: number
  readonly maxBytes: number
}

/** The bytes at an address, once they have the digests. */
async function fetchChecked(url: string, { digests, retries, maxBytes }: Wanted): Promise<Bytes> {
  let reason = ''
  for (let attempt = 0; attempt <= retries; attempt++) {
    try {
      const bytes = await fetchBytes(url, { atMost: maxBytes, connectTimeoutMs })
      const wrong = await mismatch(bytes, digests)
      if (wrong === undefined) return bytes
      reason = `${url}: ${wrong}`
    } catch (error) {
      reason = reasonOf(error).replace('[download] ', '')
    }
  }
  throw fail(`${reason}${retries > 0 ? ` (the last of ${retries + 1} attempts)` : ''}`)
}
