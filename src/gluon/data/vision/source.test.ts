// Finding data sets: the order of places, and what each kind of damage says.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { data, folder, images, labels, nowhere, wanted } from '../../../../test/imageFolders.ts'
import { servers } from '../../../../test/serving.ts'
import { encodeIdx } from '../../../io/idx.ts'
import { type Edition, fashionMnist } from './editions.ts'
import { identify, type KnownFile, refuseMixture } from './file.ts'
import { findImages } from './source.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const serve = servers()

/** Puts the embedded test images into a folder. */
function put(target: string): string {
  mkdirSync(target, { recursive: true })
  for (const name of [images, labels]) cpSync(join(data, `${name}.gz`), join(target, `${name}.gz`))
  return target
}

function damage(name: string, change: (bytes: Buffer) => Uint8Array): void {
  const path = join(folder, `${name}.gz`)
  writeFileSync(path, change(readFileSync(path)))
}

describe('a folder given', () => {
  test('its images, labels, sizes and edition', async () => {
    const found = await findImages({ ...wanted, folder: put(folder) }, nowhere)
    expect(found).toMatchObject({ count: 2000, rows: 28, columns: 28, edition: 'embedded subset', origin: folder })
    expect(found.notice).toBeUndefined()
    expect([...found.labels.slice(0, 20)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1, 2, 4, 8, 0])
    expect(found.images).toHaveLength(2000 * 784)
    expect(sha256(found.images)).toBe(sha256(gunzipSync(readFileSync(join(data, `${images}.gz`))).subarray(16)))
  })

  test('or an address below which the packed files lie', async () => {
    const address = await serve(({ url }, response) => {
      const path = join(data, String(url))
      if (existsSync(path)) response.end(readFileSync(path))
      else response.writeHead(404).end()
    })
    for (const given of [address, address.slice(0, -1)])
      expect(await findImages({ ...wanted, folder: given }, nowhere)).toMatchObject({ count: 2000, origin: given })
    const wrong = findImages({ ...wanted, folder: `${address}no` }, nowhere)
    await expect(wrong).rejects.toThrow(`[download] ${address}no/${images}.gz`)
  })

  test('files without .gz, and files packed anew', async () => {
    for (const name of [images, labels]) {
      const content = gunzipSync(readFileSync(join(data, `${name}.gz`)))
      if (name === images) writeFileSync(join(folder, name), content)
      else writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 1 }))
    }
    expect(await findImages({ ...wanted, folder }, nowhere)).toMatchObject({ count: 2000, edition: 'embedded subset' })
  })

  test('valid IDX of no known digest is used with one line of warning', async () => {
    const mine = encodeIdx({ shape: [3, 4, 5], data: new Uint8Array(60).fill(9) })
    writeFileSync(join(folder, `${images}.gz`), gzipSync(mine))
    writeFileSync(join(folder, labels), encodeIdx({ shape: [3], data: Uint8Array.of(1, 0, 2) }))
    const found = await findImages({ ...wanted, folder }, nowhere)
    expect(found).toMatchObject({ count: 3, rows: 4, columns: 5, edition: 'unknown edition' })
    expect(found.notice).toContain(
      `used as it is, being of no known edition: ${join(folder, images)}.gz (SHA-256 ${sha256(mine)})`,
    )
    expect(found.notice).not.toContain('\n')
  })

  test.each<[string, () => void, string]>([
    [
      'gzip cut short',
      () => damage(images, (bytes) => bytes.subarray(0, 5000)),
      `${images}.gz is damaged: got 5000 bytes of gzip that cannot be unpacked (unexpected end of file), expected content with SHA-256 5b4141f0`,
    ],
    [
      'gzip corrupt',
      () => damage(images, (bytes) => bytes.fill(0x55, 4000, 4100)),
      `${images}.gz is damaged: got 880422 bytes of gzip that cannot be unpacked (`,
    ],
    [
      'a wrong checksum of gzip',
      () => damage(labels, (bytes) => bytes.fill(0, bytes.length - 8, bytes.length - 4)),
      `${labels}.gz is damaged: got 937 bytes of gzip that cannot be unpacked (incorrect data check)`,
    ],
    [
      'no gzip',
      () => damage(labels, () => Buffer.from('<html>')),
      `${labels}.gz is not gzip: got 3c68 at its start, expected 1f8b`,
    ],
    [
      'an empty file',
      () => damage(labels, () => Buffer.alloc(0)),
      `${labels}.gz is not gzip: got no bytes at its start`,
    ],
    [
      'a wrong magic',
      () => damage(images, () => readFileSync(join(data, `${labels}.gz`))),
      `${images}.gz is not an IDX file of 3 dimensions: got magic 0x00000801, expected 0x00000803`,
    ],
    [
      'a label that is no class',
      () => damage(labels, (bytes) => gzipSync(gunzipSync(bytes).fill(10, 11, 12))),
      `${labels}.gz has a label that is no class: got 10 at 3, expected 0 to 9`,
    ],
    [
      'no images',
      () => {
        damage(images, () => gzipSync(encodeIdx({ shape: [0, 28, 28], data: new Uint8Array(0) })))
        damage(labels, () => gzipSync(encodeIdx({ shape: [0], data: new Uint8Array(0) })))
      },
      `${labels}.gz has no labels: got 0, expected one for each image`,
    ],
    [
      'images of no pixels',
      () => damage(images, () => gzipSync(encodeIdx({ shape: [2000, 0, 28], data: new Uint8Array(0) }))),
      `${images}.gz has images of no pixels: got 0×28, expected at least 1×1`,
    ],
    [
      'a FIFO',
      () => {
        rmSync(join(folder, `${images}.gz`))
        spawnSync('mkfifo', [join(folder, `${images}.gz`)])
      },
      `${images}.gz: got not a file but a FIFO: '`,
    ],
    [
      'gzip that unpacks to more than it declares',
      () => damage(images, (bytes) => gzipSync(Buffer.concat([gunzipSync(bytes), Buffer.alloc(2 ** 27)]))),
      `${images}.gz has bytes left over: got more than the 1568016 that its header declares`,
    ],
    [
      'a wrong size',
      () => damage(labels, (bytes) => gzipSync(gunzipSync(bytes).subarray(0, 100))),
      `${labels}.gz is cut short: got 92 bytes after the header, expected 2000 for (2000)`,
    ],
    [
      'labels of other images',
      () => damage(labels, () => readFileSync(join(data, 'train-labels-idx1-ubyte.gz'))),
      `${labels}.gz does not belong to`,
    ],
    [
      'no labels',
      () => rmSync(join(folder, `${labels}.gz`)),
      `lacks a file: got ${images}.gz, expected ${labels}.gz or ${labels}`,
    ],
    [
      'a folder in place of a file',
      () => {
        rmSync(join(folder, `${labels}.gz`))
        mkdirSync(join(folder, `${labels}.gz`))
      },
      `${labels}.gz: got not a file but a folder`,
    ],
    ['no folder', () => rmSync(folder, { recursive: true }), 'cannot read the folder'],
    [
      'a file in place of the folder',
      () => {
        rmSync(folder, { recursive: true })
        writeFileSync(folder, '')
      },
      'got ENOTDIR',
    ],
    [
      'an empty folder',
      () => {
        rmSync(folder, { recursive: true })
        mkdirSync(folder)
      },
      'lacks a file: got an empty folder, expected',
    ],
  ])('%s', async (_, harm, message) => {
    put(folder)
    harm()
    const found = findImages({ ...wanted, folder }, nowhere)
    await expect(found).rejects.toThrow(message)
    await expect(found).rejects.toThrow(folder)
  })
})

describe('without a folder', () => {
  test('the cache comes first, then the system, then the repository', async () => {
    const places = { ...nowhere, system: join(folder, 'system'), embedded: [join(folder, 'nothing'), data] }
    const offline = { ...wanted, download: false }
    const last = await findImages(offline, places)
    expect(last).toMatchObject({ origin: data, edition: 'embedded subset', count: 2000 })
    expect(last.notice).toBe(
      'Fashion-MNIST: the embedded subset (10,000 training and 2,000 test images) is used, because downloading was ruled ' +
        `out; for all 70,000 install Debian's dataset-fashion-mnist, or put the files into ${places.cache}`,
    )
    put(places.system)
    expect(await findImages(offline, places)).toMatchObject({ origin: places.system })
    put(places.cache!)
    expect(await findImages(offline, places)).toMatchObject({ origin: places.cache })
  })

  test('the subset is that of the repository, whatever else is there', async () => {
    const places = { ...nowhere, cache: put(join(folder, 'cache')), embedded: [data] }
    const found = await findImages({ collection: 'fashion-mnist-subset', train: true }, places)
    expect(found).toMatchObject({ origin: data, count: 10_000, edition: 'embedded subset' })
    expect(found.notice).toBeUndefined()
    expect([...found.labels.slice(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
  })

  test('the installed package has no subset, and says where it is', async () => {
    await expect(findImages({ collection: 'fashion-mnist-subset', train: true }, nowhere)).rejects.toThrow(
      '[Fashion-MNIST] the subset is not at hand: it comes with the repository only. Take the whole set instead',
    )
  })

  test('the repository is found from where the source lies', async () => {
    const { embedded: _, ...places } = nowhere
    const found = await findImages({ collection: 'fashion-mnist-subset', train: false }, places)
    expect(found).toMatchObject({ count: 2000, edition: 'embedded subset' })
  })

  test('a file in the cache of no known digest is damaged', async () => {
    const cache = put(join(folder, 'cache'))
    const content = gunzipSync(readFileSync(join(cache, `${images}.gz`)))
    content[5000] ^= 1
    writeFileSync(join(cache, `${images}.gz`), gzipSync(content))
    await expect(findImages({ ...wanted, download: false }, nowhere)).rejects.toThrow(
      `[Fashion-MNIST] ${join(cache, images)}.gz is damaged: got SHA-256 ${sha256(content)}, expected SHA-256 5b4141f0`,
    )
  })

  test('a cache that is there and cannot be read is told in the line about what is used instead', async () => {
    writeFileSync(join(folder, 'cache'), 'a file in the place of the folder')
    const system = put(join(folder, 'system'))
    const found = await findImages({ ...wanted, download: false }, { ...nowhere, system })
    expect(found.origin).toBe(system)
    expect(found.notice).toMatch(
      /^Fashion-MNIST: taken from .*system, because a usual place can't be read \(ENOTDIR.*cache'\)$/,
    )
    const subset = await findImages({ ...wanted, download: false }, { ...nowhere, embedded: [data] })
    expect(subset.notice).toMatch(/the embedded subset .*ruled out; .*; Fashion-MNIST: taken from .*ENOTDIR/)
  })

  test('nothing anywhere', async () => {
    const offline = { ...wanted, download: false }
    await expect(findImages(offline, nowhere)).rejects.toThrow(
      `[Fashion-MNIST] is not at hand: it was not found, and downloading was ruled out; give a folder that has ${images}.gz`,
    )
    await expect(findImages({ ...offline, collection: 'mnist' }, { ...nowhere, embedded: [data] })).rejects.toThrow(
      '[MNIST] is not at hand',
    )
  })
})

describe('editions', () => {
  test('a gzip file is known by its own digest when its content is not', async () => {
    const packed = gzipSync(encodeIdx({ shape: [1], data: Uint8Array.of(3) }))
    const sha1 = createHash('sha1').update(packed).digest('hex')
    const old = { name: 'old', packed: { ...fashionMnist.editions[1].packed!, [labels]: sha1 } }
    const known = await identify({ ...fashionMnist, editions: [old] }, labels, 'x.gz', packed)
    expect(known.edition).toBe(old)
    expect((await identify(fashionMnist, labels, 'x.gz', packed)).edition).toBeUndefined()
  })

  test('images of one and labels of another are refused', () => {
    const [current, old] = fashionMnist.editions
    const file = (path: string, edition: Edition | undefined): KnownFile => {
      return { path, edition, bytes: new Uint8Array(0), content: new Uint8Array(0), digest: '' }
    }
    expect(() => refuseMixture(fashionMnist, file('i.gz', current), file('l.gz', old))).toThrow(
      '[Fashion-MNIST] images and labels do not belong together: got the current edition (Zalando, 2017-08-31) in i.gz ' +
        'and the Gluon edition (Zalando, 2017-08-26) in l.gz, expected one edition',
    )
    refuseMixture(fashionMnist, file('i.gz', old), file('l.gz', old))
    refuseMixture(fashionMnist, file('i.gz', current), file('l.gz', undefined))
  })
})
