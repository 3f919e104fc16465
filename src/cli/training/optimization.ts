// What a run's settings name: initializers, schedules, and the trainer made of them.
import { gluon, init, type kvstore, lrScheduler } from '../../index.ts'
import type { RecipeSettings } from '../settings/recipes.ts'

/** The initializer of a name. */
export function makeInitializer(name: RecipeSettings['init']): init.Initializer {
  if (name === 'he') return new init.MSRAPrelu({ slope: 0, factorType: 'in' })
  if (name === 'xavier') return new init.Xavier()
  return name === 'normal' ? new init.Normal() : new init.Uniform()
}

/** The schedule for a run of `updates` updates, or undefined if the learning rate is constant. */
export function makeScheduler(settings: RecipeSettings, updates: number): lrScheduler.LRScheduler | undefined {
  const warmupSteps = Math.min(settings.warmup, Math.max(0, updates - 1))
  const options = { baseLr: settings.lr, warmupSteps }
  if (settings.schedule === 'cosine')
    return new lrScheduler.CosineScheduler(Math.max(updates, warmupSteps + 1), options)
  if (settings.schedule === 'factor') {
    return new lrScheduler.FactorScheduler(Math.max(1, Math.ceil(updates / 3)), { ...options, factor: 0.1 })
  }
  return warmupSteps > 0 ? new lrScheduler.FactorScheduler(Math.max(1, updates), options) : undefined
}

/** The trainer of a run of `updates` updates. */
export function makeTrainer(
  net: gluon.AnyBlock,
  settings: RecipeSettings,
  updates: number,
  store?: kvstore.KVStore,
): gluon.Trainer {
  const scheduler = makeScheduler(settings, updates)
  const { lr, wd, momentum } = settings
  const options = { ...(scheduler ? { lrScheduler: scheduler } : { learningRate: lr }), wd }
  const params = net.collectParams()
  const stored = store ? { kvstore: store } : {}
  return settings.optimizer === 'sgd'
    ? new gluon.Trainer(params, 'sgd', { ...options, momentum }, stored)
    : new gluon.Trainer(params, settings.optimizer, options, stored)
}
