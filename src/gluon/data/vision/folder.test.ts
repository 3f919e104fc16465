// Pictures in folders as a dataset: classes, order, samples, batches, and what misuse says.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { data, gluon } from 'glueball'
import { afterAll, beforeAll, expect, test } from 'vitest'

const { ImageFolderDataset, transforms } = gluon.data.vision
let root: string

const png = (width: number, height: number, value: number) =>
  encode({ width, height, data: new Uint8Array(width * height * 3).fill(value), channels: 3, depth: 8 })

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'glueball-folder-'))
  for (const name of ['dogs', 'cats', 'empty']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'dogs', 'b.png'), png(6, 4, 20))
  writeFileSync(join(root, 'dogs', 'a.PNG'), png(5, 3, 10))
  writeFileSync(join(root, 'cats', 'tom.png'), png(4, 4, 30))
  writeFileSync(join(root, 'cats', 'notes.txt'), 'none')
  writeFileSync(join(root, 'read.me'), 'none')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('classes are folders, in the order of their names', async () => {
  const set = await ImageFolderDataset.load(root)
  expect(set.synsets).toEqual(['cats', 'dogs', 'empty'])
  expect(set.items.map(([path, label]) => [path.slice(root.length + 1), label])).toEqual([
    ['cats/tom.png', 0],
    ['dogs/a.PNG', 1],
    ['dogs/b.png', 1],
  ])
  const [image, label] = await set.at(1)
  expect([String(image.shape), image.dtype, label]).toEqual(['(3, 5, 3)', 'uint8', 1])
  expect([...(await image.toArray())]).toEqual(Array(45).fill(10))
})

test('batches of transformed pictures, of one channel', async () => {
  const set = await ImageFolderDataset.load(root, { flag: 0 })
  const resize = new transforms.Compose([new transforms.Resize(2), new transforms.ToTensor()])
  const loader = new data.DataLoader(set.transformFirst(resize), 2)
  const seen: unknown[] = []
  for await (const [images, labels] of loader)
    seen.push([String(images.shape), labels.dtype, [...(await labels.toArray())], (await images.toArray())[0]])
  const value = (byte: number) => Math.fround(byte / 255)
  expect(seen).toEqual([
    ['(2, 1, 2, 2)', 'int32', [0, 1], value(30)],
    ['(1, 1, 2, 2)', 'int32', [1], value(20)],
  ])
})

test('a transform of image and label, and a damaged picture by its name', async () => {
  const set = await ImageFolderDataset.load(root, { transform: (image, label) => data.tuple(image, label + 5) })
  expect((await set.at(0))[1]).toBe(5)
  writeFileSync(join(root, 'dogs', 'c.png'), png(3, 3, 1).subarray(0, 50))
  const damaged = await ImageFolderDataset.load(root)
  await expect(damaged.at(3)).rejects.toThrow(/dogs.c\.png is a damaged PNG: /)
  rmSync(join(root, 'dogs', 'c.png'))
})

test('misuse', async () => {
  await expect(ImageFolderDataset.load(join(root, 'none'))).rejects.toThrow('expected a folder with one folder a class')
  await expect(ImageFolderDataset.load(join(root, 'dogs'))).rejects.toThrow('has no folders: expected one folder')
  await expect(ImageFolderDataset.load(root, { flag: 2 as never })).rejects.toThrow(
    '[ImageFolderDataset] flag is 1 for three channels or 0 for one, got 2',
  )
  expect(() => new ImageFolderDataset(root as never, {})).toThrow('write await ImageFolderDataset.load')
})
