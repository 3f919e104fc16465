// Optimizers by name: those of Gluon, and a user's own.
import { GlueballError, nameOfKind } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { AdaDelta, type AdaDeltaOptions } from './adaDelta.ts'
import { AdaGrad, type AdaGradOptions } from './adaGrad.ts'
import { Adam, type AdamOptions } from './adam.ts'
import { Adamax, type AdamaxOptions } from './adamax.ts'
import { AdamW, type AdamWOptions } from './adamW.ts'
import { Ftrl, type FtrlOptions } from './ftrl.ts'
import { LAMB, type LAMBOptions } from './lamb.ts'
import { LARS, type LARSOptions } from './lars.ts'
import { Nadam, type NadamOptions } from './nadam.ts'
import { NAG, type NAGOptions } from './nag.ts'
import { classNameOf, Optimizer } from './optimizer.ts'
import { RMSProp, type RMSPropOptions } from './rmsProp.ts'
import { SGD, type SGDOptions } from './sgd.ts'
import { Signum, type SignumOptions } from './signum.ts'

/** The options of each optimizer by its name. */
export interface OptionsByName {
  readonly adadelta: AdaDeltaOptions
  readonly adagrad: AdaGradOptions
  readonly adam: AdamOptions
  readonly adamax: AdamaxOptions
  readonly adamw: AdamWOptions
  readonly ftrl: FtrlOptions
  readonly lamb: LAMBOptions
  readonly lars: LARSOptions
  readonly nadam: NadamOptions
  readonly nag: NAGOptions
  readonly rmsprop: RMSPropOptions
  readonly sgd: SGDOptions
  readonly signum: SignumOptions
}

/** The name of an optimizer; case does not matter. */
export type OptimizerName = keyof OptionsByName

/** The options of the optimizer of a name, in any case; those of a registered one are its own matter. */
export type OptionsOf<Name extends string> =
  Lowercase<Name> extends OptimizerName ? OptionsByName[Lowercase<Name>] : object

/** A class of optimizers that is made from its options. */
export type OptimizerClass = new (options: never) => Optimizer

const builtIn: { readonly [Name in OptimizerName]: new (options?: OptionsByName[Name]) => Optimizer } = {
  ...{ adadelta: AdaDelta, adagrad: AdaGrad, adam: Adam, adamax: Adamax, adamw: AdamW, ftrl: Ftrl, lamb: LAMB },
  ...{ lars: LARS, nadam: Nadam, nag: NAG, rmsprop: RMSProp, sgd: SGD, signum: Signum },
}
const classes = new Map<string, OptimizerClass>(Object.entries(builtIn))

/**
 * Makes an own optimizer known by the name of its class in any case, or by its static `className`, which bundlers do not
 * rename. Returns the class. A later one of a name replaces the earlier, but none of Gluon's.
 */
export function register<Class extends OptimizerClass>(optimizer: Class): Class {
  if (typeof optimizer !== 'function' || !(optimizer.prototype instanceof Optimizer)) {
    throw new GlueballError(`register takes a class that extends Optimizer, got ${nameOfKind(optimizer)}`)
  }
  const name = classNameOf(optimizer)
  const key = name.toLowerCase()
  if (key === '') throw new GlueballError("register takes a class with a name: add static className = 'MyOptimizer'")
  if (Object.hasOwn(builtIn, key)) {
    throw new GlueballError(`register cannot replace '${key}': give ${name} another static className`)
  }
  classes.set(key, optimizer)
  return optimizer
}

/** An optimizer by name, in any case. Throws for options that it does not have. */
export function create<Name extends OptimizerName | (string & {})>(name: Name, options?: OptionsOf<Name>): Optimizer {
  if (typeof name !== 'string') {
    throw new GlueballError(`an optimizer is made by its name, as 'sgd', got ${nameOfKind(name)}`)
  }
  const own = classes.get(name.toLowerCase()) as (new (options?: object) => Optimizer) | undefined
  if (own) return new own(options ?? {})
  const known = [...classes.keys()].sort()
  const meant = nearest(name.toLowerCase(), known)
  const hint = meant === undefined ? '; there' : `, did you mean '${meant}'? There`
  throw new GlueballError(`no optimizer is named ${nameOfKind(name)}${hint} are ${known.join(', ')}`)
}
