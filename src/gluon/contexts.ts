// Contexts as Gluon takes them: one, or a list, which here has one entry.
import type { Context } from '../core/engine.ts'
import { OpError } from '../core/errors.ts'
import { checkContext } from '../core/invoke.ts'

/** A context, or a list of one, as Gluon's programs for several devices pass. */
export type Contexts = Context | readonly Context[]

/** The context, or the only one of a list; throws for several, since a parameter lives on one. */
export function oneContext(op: string, ctx: Contexts): Context {
  if (!Array.isArray(ctx)) return checkContext(op, ctx as Context)
  if (ctx.length === 1) return checkContext(op, ctx[0])
  const got = ctx.length > 1 ? `${ctx.length}: ${ctx.join(', ')}` : 'an empty list'
  throw new OpError(op, `takes one context, as cpu() or [cpu()], since a parameter lives on one: got ${got}`)
}
