// nd.save and nd.load: lists and names, every dtype, MXNet's bytes, and what is refused.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type NDArray, nd, reference } from '../index.ts'
import { encodeNpy } from '../io/npz.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glueball-arrays-'))
})
afterAll(() => rm(folder, { recursive: true }))

const described = async (x: NDArray) => [x.dtype, [...x.shape], Array.from(await x.toArray())]

it('keeps a list of arrays of every dtype', async () => {
  const path = join(folder, 'list')
  const arrays = (['float32', 'float16', 'int32', 'int8', 'uint8'] as const).map((dtype) =>
    nd.array([[1, 2, 3]], { dtype }),
  )
  arrays.push(nd.array([NaN, -0, Infinity]), nd.zeros([0, 3]))
  await nd.save(path, arrays)
  const read = (await nd.load(path)) as NDArray[]
  expect(await Promise.all(read.map(described))).toEqual(await Promise.all(arrays.map(described)))
})

it('keeps arrays by name, and puts them on a context', async () => {
  const path = join(folder, 'names')
  await nd.save(path, { x: nd.array([1, 2]), 'a.b': nd.ones([2, 2], { dtype: 'int32' }) })
  const read = (await nd.load(path, { ctx: reference() })) as Record<string, NDArray>
  expect(Object.keys(read)).toEqual(['x', 'a.b'])
  expect(read.x.context).toBe(reference())
  expect(await described(read['a.b'])).toEqual(['int32', [2, 2], [1, 1, 1, 1]])
})

it('writes one array as a list of one, and reads bytes', async () => {
  const path = join(folder, 'one')
  await nd.save(path, nd.array([5]))
  const bytes = await readFile(path)
  // magic 0x112, a reserved word, one array: version, dense, one axis of size 1, cpu(0), float32, 5; no names
  const [words, floats] = [new Uint32Array(14), new Float32Array(14)].map(({ buffer }, i) => {
    new Uint8Array(buffer).set(bytes.subarray(0, 56))
    return i === 0 ? new Uint32Array(buffer) : new Float32Array(buffer)
  })
  expect([...words.slice(0, 13)]).toEqual([0x112, 0, 0, 0, 1, 0, 0xf993fac9, 0, 1, 1, 0, 1, 0])
  expect(words[13]).toBe(0)
  expect([bytes.length, floats.length]).toEqual([68, 14])
  for (const given of [bytes, new Uint8Array(bytes).buffer]) {
    const [read] = nd.loadFrombuffer(given) as NDArray[]
    expect(await described(read)).toEqual(['float32', [1], [5]])
  }
})

it('refuses what is no array and what is no file', async () => {
  const path = join(folder, 'wrong')
  await expect(nd.save(path, [1] as never)).rejects.toThrow('[save] takes arrays, got 1')
  await expect(nd.save(path, 3 as never)).rejects.toThrow('[save] takes an array, a list of arrays or an object')
  await expect(nd.save(nd.ones([1]) as never, 'x' as never)).rejects.toThrow(
    '[save] takes a path, then arrays, got an NDArray',
  )
  await expect(nd.save(path, nd.ones([2]).at(0))).rejects.toThrow('[save] the file format has no arrays of shape ()')
  await expect(nd.load(path)).rejects.toThrow(`[load] cannot read ${path}`)
  await expect(nd.load(new Uint8Array(3) as never)).rejects.toThrow('[load] takes a path, got a Uint8Array')
  await writeFile(path, 'no arrays at all')
  await expect(nd.load(path)).rejects.toThrow(`[load] ${path} is no .params, safetensors or .npz file`)
  expect(() => nd.loadFrombuffer('x' as never)).toThrow(
    "[loadFrombuffer] takes a Uint8Array or an ArrayBuffer, got 'x'",
  )
})

it('keeps arrays by name in .npz files, told by the name; .npy and safetensors files are read too', async () => {
  const path = join(folder, 'arrays.npz')
  const arrays = { x: nd.array([[1, NaN]]), 'a.b': nd.ones([2], { dtype: 'int8' }) }
  await nd.save(path, arrays)
  expect((await readFile(path)).subarray(0, 2).toString()).toBe('PK')
  const read = (await nd.load(path)) as Record<string, NDArray>
  expect(Object.keys(read)).toEqual(['x', 'a.b'])
  expect(await described(read.x)).toEqual(await described(arrays.x))
  expect(await described(read['a.b'])).toEqual(await described(arrays['a.b']))
  await expect(nd.save(path, [nd.ones([1])])).rejects.toThrow('[npz] every array needs a name, got an empty one')
  const one = join(folder, 'one.npy')
  await writeFile(one, encodeNpy({ shape: [2], dtype: 'float32', data: Float32Array.of(1, 2) }))
  const [array] = (await nd.load(one)) as NDArray[]
  expect(await described(array)).toEqual(['float32', [2], [1, 2]])
})
