import type { DefineComponent } from "vue";
import type { Options } from "./index.js";

export interface Props extends Omit<Options, "token-url"> {
  tokenUrl?: string;
  /** All of it in your page, and no button. */
  mode?: "page";
}

export const ParleySupport: DefineComponent<Props>;
