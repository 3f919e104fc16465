// Every public name stands in docs/gluon-map.md or docs/gluon-names.md, so that nobody must guess what Gluon's name has become.
import { readFileSync } from 'node:fs'
import * as glueball from 'glueball'
import { expect, it } from 'vitest'

const pages = ['gluon-map', 'gluon-names'].map((name) => {
  return readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8')
})
const words = new Set(pages.join().match(/\w+/g))
const { autograd, data, gluon, init, loss, lrScheduler, metric, NDArray, nd, nn, optimizer, random, rnn } = glueball
const { vision } = data
const spaces = {
  autograd,
  data,
  gluon,
  init,
  loss,
  lrScheduler,
  metric,
  nd,
  nn,
  optimizer,
  random,
  rnn,
  estimator: gluon.contrib.estimator,
  utils: gluon.utils,
  vision,
}

/** What the library's own files use of an array. */
const internal = [
  'bytes',
  'constructor',
  'leaf',
  'offset',
  'rehome',
  'setOrigin',
  'storage',
  'toJSON',
  'toString',
  'valueFor',
]

it.each(Object.entries({ glueball, ...spaces, transforms: vision.transforms, utils: gluon.utils }))(
  'has all of %s',
  (_, space) => {
    const kinds = ['NDArray', 'Transform', 'ImageDataset', 'AnyBlock']
    expect(Object.keys(space).filter((name) => !words.has(name) && !kinds.includes(name))).toEqual([])
  },
)

it('has every method of an array', () => {
  const names = Object.getOwnPropertyNames(NDArray.prototype).filter((name) => !internal.includes(name))
  expect(names.length).toBeGreaterThan(60)
  expect(names.filter((name) => !words.has(name))).toEqual([])
})
