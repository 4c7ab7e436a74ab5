// Code in colours (syntax highlighting): the tokens of highlight.js as nodes, with no HTML in between (ADR 153).

import bash from "highlight.js/lib/languages/bash";
import csharp from "highlight.js/lib/languages/csharp";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import graphql from "highlight.js/lib/languages/graphql";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

const LONGEST = 20_000; // characters: what is longer stays as it is, since somebody else wrote it and this page would wait
const GRAMMARS = { bash, csharp, diff, go, graphql, http, ini, java, javascript, json, php, python, ruby, rust, shell, sql, typescript, xml, yaml };
const reader = createLowlight(GRAMMARS);

/** Give the text of an element the colours of a language, if that is known. */
export function colour(element, language) {
  const text = element.textContent;
  const name = language.toLowerCase();
  if (text.length > LONGEST || !reader.registered(name)) return;
  element.replaceChildren(...reader.highlight(name, text, { prefix: "tok-" }).children.map(noded));
}

function noded(token) {
  if (token.type === "text") return document.createTextNode(token.value);
  const span = document.createElement("span");
  span.className = token.properties.className.join(" ");
  span.append(...token.children.map(noded));
  return span;
}
