// Pictures in folders, one folder a class: what is there, in an order that no file system decides.
import { joinPath, readDir } from '#platform'
import { GlueballError, reasonOf } from '../../../core/errors.ts'
import { pictureName } from '../../../io/pictures/files.ts'

/** A file that may be a picture. */
export interface PictureFile {
  /** Class and name, as `cats/tom.png`. */
  readonly name: string
  readonly path: string
  readonly label: number
}

/** What a folder of pictures holds. */
export interface PictureFiles {
  /** Names of the folders, sorted: the classes. */
  readonly classes: readonly string[]
  /** Class by class, sorted by name. */
  readonly files: readonly PictureFile[]
  /** Names of what lies beside pictures and is none. */
  readonly others: readonly string[]
}

/** Sorted by UTF-16 units, so that the order is that of every machine. */
const sorted = (names: readonly string[]) => [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))

/** Lists the pictures of a folder's folders. Rejects where it can't be read or has no folder. */
export async function listPictures(root: string): Promise<PictureFiles> {
  const names = await readDir(root).catch((error) => {
    throw new GlueballError(`cannot read ${root}: got ${reasonOf(error)}, expected a folder with one folder a class`)
  })
  const classes: string[] = []
  const files: PictureFile[] = []
  const others: string[] = []
  for (const name of sorted(names)) {
    const inside = name.startsWith('.') ? undefined : await namesIn(joinPath(root, name))
    if (!inside) {
      others.push(name)
      continue
    }
    const label = classes.push(name) - 1
    for (const file of sorted(inside)) {
      const whole = `${name}/${file}`
      if (pictureName.test(file)) files.push({ name: whole, path: joinPath(root, name, file), label })
      else others.push(whole)
    }
  }
  if (classes.length === 0) throw new GlueballError(`${root} has no folders: expected one folder of pictures a class`)
  return { classes, files, others }
}

/** The names in a folder; undefined where it is none. */
function namesIn(path: string): Promise<string[] | undefined> {
  return readDir(path).catch((error: { readonly code?: unknown }) => {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  })
}
