// Stands between the caller and the class that Rust exports: nothing gets in before the wasm is there, or after it has
// panicked; what comes out as a refusal leaves as a RaftariumError.

import { RaftariumError } from "./error.js";
import { plain } from "./plain.js";

export class Guard {
  #open = false;
  #panic;

  // The wasm is there. Whatever it says of a panic comes here, while it panics.
  open(generated) {
    generated.onPanic((report) => {
      this.#panic ??= new RaftariumError(report);
    });
    this.#open = true;
  }

  // `Class` with every way into it guarded.
  around(Class) {
    this.#members(Class.prototype);
    this.#members(Class);
    const guarded = new Proxy(Class, {
      construct: (target, values, newTarget) =>
        this.#call(() => values.map((value) => plain(value)), (data) => Reflect.construct(target, data, newTarget)),
    });
    Class.prototype.constructor = guarded;
    return guarded;
  }

  #members(owner) {
    for (const key of Reflect.ownKeys(owner)) {
      // The names with underscores are how the generated code talks to itself.
      if (key === "constructor" || key === "prototype" || String(key).startsWith("__")) continue;
      const property = Object.getOwnPropertyDescriptor(owner, key);
      for (const kind of ["value", "get"]) {
        if (typeof property[kind] === "function") property[kind] = this.#member(key, property[kind]);
      }
      Object.defineProperty(owner, key, property);
    }
  }

  #member(key, member) {
    const guard = this;
    const frees = key === "free" || key === Symbol.dispose;
    return function (...values) {
      if (this.__wbg_ptr === 0) {
        if (frees) return undefined;
        throw new RaftariumError({
          code: "freed",
          message: "the simulation was freed; make another one",
          allowed: "a simulation that was not freed",
        });
      }
      return guard.#call(() => values.map((value) => plain(value)), (data) => member.apply(this, data));
    };
  }

  #call(prepare, act) {
    this.#check();
    const data = prepare();
    // What the caller's getters did in the meantime may have been the end.
    this.#check();
    try {
      return act(data);
    } catch (thrown) {
      if (isRefusal(thrown)) throw new RaftariumError(thrown);
      this.#panic ??= new RaftariumError(
        { code: "panic", message: `Raftarium stopped in the middle: ${thrown?.message ?? thrown}` },
        { cause: thrown },
      );
      throw this.#panic;
    }
  }

  #check() {
    if (!this.#open) {
      throw new RaftariumError({
        code: "not-initialized",
        message: "Raftarium is not loaded yet; call `await init()` first",
        allowed: "await init()",
      });
    }
    if (this.#panic) {
      throw new RaftariumError(
        {
          code: "poisoned",
          message: `nothing can be trusted after a panic; load the page or the worker anew. ${this.#panic.message}`,
          given: this.#panic.given,
        },
        { cause: this.#panic },
      );
    }
  }
}

// Rust throws its refusals as plain data.
function isRefusal(thrown) {
  return typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && typeof thrown.code === "string";
}
