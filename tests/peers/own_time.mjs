// Lets an emulator live in the time of a local stack: the machine's, ahead by the milliseconds in the file that
// PARLEY_LOCAL_AHEAD names (infra/own_time does the same for Python). Loaded by `node --import`.

import { readFileSync } from "node:fs";

const Machine = Date;

function now() {
  try {
    return Machine.now() + Number(readFileSync(process.env.PARLEY_LOCAL_AHEAD, "utf8"));
  } catch {
    return Machine.now();
  }
}

globalThis.Date = class extends Machine {
  constructor(...moment) {
    super(...(moment.length ? moment : [now()]));
  }

  static now() {
    return now();
  }
};
