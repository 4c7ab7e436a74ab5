// What a browser keeps for somebody (localStorage), as values; where it may keep nothing, this page remembers it.

const memory = new Map();

/** A shelf of somebody's: `get(name)` gives null for what is not there; `set(name, null)` takes away. `heard(name, value)`
 * is called when another tab has changed something. */
export class Shelf {
  constructor(prefix, heard) {
    this.prefix = `parley:${prefix}:`;
    this.hear = (event) => {
      if (event.key?.startsWith(this.prefix)) heard(event.key.slice(this.prefix.length), parsed(event.newValue));
    };
    if (heard) globalThis.addEventListener?.("storage", this.hear);
  }

  get(name) {
    const key = this.prefix + name;
    return parsed(memory.has(key) ? memory.get(key) : read(key));
  }

  set(name, value) {
    const key = this.prefix + name;
    memory.delete(key);
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      memory.set(key, value === null ? null : JSON.stringify(value)); // full, or forbidden
    }
  }

  /** The names of all that is kept. */
  names() {
    const found = new Set(memory.keys());
    try {
      for (let i = 0; i < localStorage.length; i += 1) found.add(localStorage.key(i));
    } catch {
      // Forbidden: what this page remembers is all.
    }
    return [...found].filter((key) => key.startsWith(this.prefix)).map((key) => key.slice(this.prefix.length));
  }

  close() {
    globalThis.removeEventListener?.("storage", this.hear);
  }
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
