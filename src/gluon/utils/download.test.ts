// download and checkSha1: where the file goes, digests, the bound, attempts, and that a failure leaves nothing.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gluon } from 'glueball'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servers } from '../../../test/serving.ts'

const { download, checkSha1 } = gluon.utils
const content = Buffer.from('a small file')
const sha1Hash = createHash('sha1').update(content).digest('hex')
const sha256Hash = createHash('sha256').update(content).digest('hex')
const other = '0'.repeat(40)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glueball-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const start = servers()

/** A server of the file that counts requests; its first `failing` answers are 503. */
async function serve(failing = 0) {
  const seen: string[] = []
  const address = await start((request, response) => {
    seen.push(request.url as string)
    if (seen.length <= failing) response.statusCode = 503
    response.end(content)
  })
  return { address, seen }
}

describe('download', () => {
  it('writes a file into a folder, and does not fetch it again', async () => {
    const { address, seen } = await serve()
    const path = await download(`${address}data.bin?version=2`, { path: folder, sha1Hash, sha256Hash })
    expect(path).toBe(join(folder, 'data.bin'))
    expect(readFileSync(path)).toEqual(content)
    expect(await download(`${address}data.bin`, { path: folder, sha1Hash })).toBe(path)
    expect(await download(`${address}data.bin`, { path: folder })).toBe(path)
    expect(seen).toEqual(['/data.bin?version=2'])
    await download(`${address}data.bin`, { path: folder, overwrite: true })
    expect(seen.length).toBe(2)
  })

  it('makes the folders of a path, and replaces a file of another digest', async () => {
    const { address, seen } = await serve()
    const path = join(folder, 'a', 'b', 'file')
    mkdirSync(join(folder, 'a', 'b'), { recursive: true })
    writeFileSync(path, 'damaged')
    expect(await download(`${address}x`, { path, sha256Hash: sha256Hash.toUpperCase() })).toBe(path)
    expect(readFileSync(path)).toEqual(content)
    expect(await download(`${address}x`, { path: join(folder, 'c', 'file') })).toBe(join(folder, 'c', 'file'))
    expect(seen.length).toBe(2)
  })

  it('tries again, as often as it may', async () => {
    const { address, seen } = await serve(2)
    const path = join(folder, 'file')
    await expect(download(`${address}x`, { path, retries: 1 })).rejects.toThrow(
      `[download] ${address}x: the server answered 503 Service Unavailable (the last of 2 attempts)`,
    )
    expect(readdirSync(folder)).toEqual([])
    await download(`${address}x`, { path, retries: 0 })
    expect(seen.length).toBe(3)
  })

  it('leaves what was there where the bytes have another digest, or are too many', async () => {
    const { address } = await serve()
    const path = join(folder, 'file')
    writeFileSync(path, 'before')
    await expect(download(`${address}x`, { path, sha1Hash: other, retries: 0 })).rejects.toThrow(
      `[download] ${address}x: the file has another digest: got SHA-1 ${sha1Hash}, expected ${other}`,
    )
    await expect(download(`${address}x`, { path, overwrite: true, maxBytes: 5, retries: 0 })).rejects.toThrow(
      'the server announces 12 bytes, expected at most 5',
    )
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(readdirSync(folder)).toEqual(['file'])
  })

  it.each([
    [() => download(undefined as never), "[download] takes an address, as 'https://…', got undefined"],
    [() => download('http://x/y', { sha1Hash: 'abc' }), "sha1Hash must have 40 hexadecimal digits, got 'abc'"],
    [() => download('http://x/y', { retries: -1 }), '[download] retries must be a non-negative integer, got -1'],
    [() => download('http://x/y', { verifySsl: false as never }), 'are always checked: leave out verifySsl'],
    [
      () => download('http://x/y', { sha1_hash: other } as never),
      "unknown option 'sha1_hash', did you mean 'sha1Hash'?",
    ],
    [() => download('http://x/', { path: '/' }), 'ends with no file name: name the file, as { path:'],
  ])('%s is refused', async (use, message) => {
    await expect(use()).rejects.toThrow(message)
  })
})

describe('checkSha1', () => {
  it('compares the digest of a file', async () => {
    const path = join(folder, 'file')
    writeFileSync(path, content)
    expect(await checkSha1(path, sha1Hash)).toBe(true)
    expect(await checkSha1(path, other)).toBe(false)
    await expect(checkSha1(path, 'x')).rejects.toThrow("[checkSha1] sha1Hash must have 40 hexadecimal digits, got 'x'")
  })
})
