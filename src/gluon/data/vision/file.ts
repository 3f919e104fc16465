// Reading one file of MNIST or Fashion-MNIST: unpacks it, checks it and identifies its edition.
import { joinPath, readFile } from '#platform'
import { GlueballError, reasonOf } from '../../../core/errors.ts'
import { digestOf, hexOf } from '../../../io/digest.ts'
import { unpackIdx } from '../../../io/idx.ts'
import type { Collection, Edition, FileName } from './editions.ts'

/** A file that is whole; its edition is undefined when its digest is unknown. */
export interface KnownFile {
  readonly path: string
  /** As it lies there, or as it came over the network. */
  readonly bytes: Uint8Array
  /** Decompressed. */
  readonly content: Uint8Array
  readonly edition: Edition | undefined
  /** SHA-256 of the content. */
  readonly digest: string
}

/** Throws what is wrong with a collection's files. */
export function fail(collection: Collection, message: string): never {
  throw new GlueballError(`[${collection.title}] ${message}`)
}

/** The digest and edition that the file ought to have. */
export function expectation(collection: Collection, name: FileName): string {
  const [edition] = collection.editions
  return `SHA-256 ${edition.content?.[name]} (${edition.name})`
}

/** Whether the bytes are gzip. */
export function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Unpacks what came from `path` and finds its edition. Throws when gzip is cut short or corrupt. */
export async function identify(c: Collection, name: FileName, path: string, bytes: Uint8Array): Promise<KnownFile> {
  const packed = isPacked(bytes)
  if (path.endsWith('.gz') && !packed)
    fail(c, `${path} is not gzip: got ${hexOf(bytes.subarray(0, 2)) || 'no bytes'} at its start, expected 1f8b`)
  const sha1 = packed ? await digestOf('SHA-1', bytes) : undefined
  const content = packed ? await unpack(c, name, path, bytes) : bytes
  const sha256 = await digestOf('SHA-256', content)
  const edition = c.editions.find((one) => one.packed?.[name] === sha1 && sha1 !== undefined)
  return {
    path,
    bytes,
    content,
    digest: sha256,
    edition: edition ?? c.editions.find((one) => one.content?.[name] === sha256),
  }
}

async function unpack(c: Collection, name: FileName, path: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpackIdx(bytes, name.includes('idx3') ? 3 : 1, path)
  } catch (error) {
    if (error instanceof GlueballError) throw error // about the content, not about gzip
    const got = `got ${bytes.length} bytes of gzip that cannot be unpacked (${reasonOf(error)})`
    return fail(c, `${path} is damaged: ${got}, expected content with ${expectation(c, name)}`)
  }
}

/** Which of these names is the file, packed or not. */
export function nameAmong(names: readonly string[], name: FileName): string | undefined {
  return [`${name}.gz`, name].find((candidate) => names.includes(candidate))
}

/** Reads a file of a folder whose names are given. Throws when it is absent, unreadable or damaged. */
export async function readKnown(
  c: Collection,
  folder: string,
  names: readonly string[],
  name: FileName,
): Promise<KnownFile> {
  const found = nameAmong(names, name)
  if (!found) {
    const seen = names.length > 0 ? names.slice(0, 6).join(', ') + (names.length > 6 ? ', …' : '') : 'an empty folder'
    return fail(c, `${folder} lacks a file: got ${seen}, expected ${name}.gz or ${name}`)
  }
  const path = joinPath(folder, found)
  const bytes = await readFile(path).catch((error) =>
    fail(c, `cannot read ${path}: got ${reasonOf(error)}, expected a file with ${expectation(c, name)}`),
  )
  return identify(c, name, path, bytes)
}

/** Throws when images and labels are of two known editions: their orders differ, so the labels would be wrong. */
export function refuseMixture(c: Collection, images: KnownFile, labels: KnownFile): void {
  if (!images.edition || !labels.edition || images.edition === labels.edition) return
  const got = `got the ${images.edition.name} in ${images.path} and the ${labels.edition.name} in ${labels.path}`
  fail(c, `images and labels do not belong together: ${got}, expected one edition`)
}
