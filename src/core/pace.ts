// What a loop does between its steps: relieve memory, give the event loop a turn, throw failures, wait when it is ahead.
import type { Engine } from './engine.ts'
import { turn } from './memory.ts'

/** Most steps that may wait for the engines. */
const ahead = 2

interface Move {
  /** Held weakly: an engine that is no longer used may go. */
  readonly target: WeakRef<Engine>
  /** Number of the latest move there. */
  number: number
}

const moves = new WeakMap<Engine, Move[]>()
let moveCount = 0

/** Notes that values of an engine go to another, which its loops must wait for from now on. */
export function noteMove(from: Engine, to: Engine): void {
  const known = (moves.get(from) ?? []).filter(({ target }) => target.deref() !== undefined)
  const move = known.find(({ target }) => target.deref() === to)
  moveCount++
  if (move) move.number = moveCount
  else known.push({ target: new WeakRef(to), number: moveCount })
  moves.set(from, known)
}

/** Throws the failure of an engine that nothing has thrown yet, if there is one. */
export function throwFailure(engine: Engine): void {
  const failure = engine.takeFailure()
  if (failure) throw failure
}

/** A loop on an engine: `pace` is all that it must do between its steps. */
export class Loop {
  readonly #engine: Engine
  readonly #steps: Promise<unknown>[] = []
  #seen = moveCount

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /**
   * Ends a step. Resolves when the step before has run on all engines that its values went to, memory is relieved and
   * the event loop has had a turn. Throws the failures of those engines.
   */
  async pace(): Promise<void> {
    const engines = [this.#engine, ...this.#targets()]
    const step = Promise.all(engines.map((engine) => engine.fence()))
    step.catch(() => {})
    this.#steps.push(step)
    if (this.#steps.length === ahead) await this.#steps.shift()
    await turn(this.#engine)
    for (const engine of engines) throwFailure(engine)
  }

  /** The engines to which values were moved since this was last asked. */
  #targets(): Engine[] {
    const since = this.#seen
    this.#seen = moveCount
    const fresh = (moves.get(this.#engine) ?? []).filter(({ number }) => number > since)
    return fresh.map(({ target }) => target.deref()).filter((engine) => engine !== undefined)
  }
}
