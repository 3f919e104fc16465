// Callable: the root of blocks, whose instances are functions.

/** An object that can be called: its constructor returns an arrow function that carries the class's prototype. */
export class Callable {
  constructor() {
    const self = (...inputs: unknown[]): unknown => (self as unknown as Callable).invoke(inputs)
    Object.setPrototypeOf(self, new.target.prototype)
    Reflect.deleteProperty(self, 'name')
    Reflect.deleteProperty(self, 'length')
    // biome-ignore lint/correctness/noConstructorReturn: the instance is the function
    return self as unknown as this
  }

  /** @internal What a call does. */
  protected invoke(_inputs: unknown[]): unknown {
    throw new Error('this object cannot be called')
  }
}
