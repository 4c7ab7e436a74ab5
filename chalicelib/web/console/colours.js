// Colours for code, loaded when a language is seen.

import "./main.js"; // what they share is in its file: infra/pages.py

export { colour } from "../shared/colours.js";
