import type { ReactElement } from "react";
import type { Options } from "./index.js";

export interface Props extends Omit<Options, "token-url"> {
  tokenUrl?: string;
  /** All of it in your page, and no button. */
  mode?: "page";
  onUnread?: (count: number) => void;
}

export function ParleySupport(props: Props): ReactElement;
