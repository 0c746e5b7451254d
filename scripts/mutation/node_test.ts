import process from "node:process";

/** A test, as a file has declared it. */
export interface DeclaredTest {
  /** The names of the suites around it and its own. */
  readonly name: string;
  readonly run: () => unknown;
}

/**
 * What stands for `node:test` while mutants are run: it collects the tests, so that one process can run those
 * that reach a mutant, thousands of times.
 */
export class Declarations {
  #suites: string[] = [];
  #tests: DeclaredTest[] = [];

  /** Collects what is declared while `load` runs. */
  async collect(load: () => Promise<unknown>): Promise<readonly DeclaredTest[]> {
    this.#tests = [];
    await load();
    return this.#tests;
  }

  suite(name: string, declare: () => void): void {
    this.#suites.push(name);
    declare();
    this.#suites.pop();
  }

  test(name: string, run: () => unknown): void {
    if (typeof run !== "function") throw new TypeError(`Declaring ${name}: no options are known here`);
    this.#tests.push({ name: [...this.#suites, name].join(" > "), run });
  }
}

/** The tests of this process. */
export const declarations: Declarations = new Declarations();

/** Declares a group of tests. */
export function describe(name: string, declare: () => void): void {
  declarations.suite(name, declare);
}

/** Declares a test. */
export function test(name: string, run: () => unknown): void {
  declarations.test(name, run);
}

export { test as it };

/** The core's tests need no help; one that comes to would have to be told apart here. */
export function before(): void {
  process.abort();
}

export { before as after, before as afterEach, before as beforeEach };
