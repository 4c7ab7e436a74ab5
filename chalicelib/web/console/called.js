// What calls somebody who looks elsewhere: a number before the page's title, a dot on its icon, and a sound for who wants it.

import { recall, remember } from "./session.js";

const DOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#2456c7"/><text x="16" y="22" font-family="system-ui,sans-serif" font-size="18" font-weight="700" fill="#fff" text-anchor="middle">P</text><circle cx="25" cy="7" r="7" fill="#d92d20" stroke="#fff" stroke-width="2"/></svg>';
const TONES = [[880, 0], [1175, 0.12]]; // Hz, and seconds after the first

let title = document.title;
let number = 0;
let audio = null;
const icon = document.querySelector("link[rel=icon]");
const plain = icon?.getAttribute("href");
const dotted = URL.createObjectURL(new Blob([DOT], { type: "image/svg+xml" }));

function draw() {
  document.title = number ? `(${number > 99 ? "99+" : number}) ${title}` : title;
  icon?.setAttribute("href", number ? dotted : plain);
}

/** What the page is called. */
export function entitle(words) {
  title = words;
  draw();
}

/** Somebody has said something that an agent here is to hear of. */
export function called() {
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  number += 1;
  draw();
  if (sounds()) sound();
}

function seen() {
  if (document.visibilityState !== "visible" || !number) return;
  number = 0;
  draw();
}
addEventListener("focus", seen);
document.addEventListener("visibilitychange", seen);

/** Whether there is a sound: off, until somebody wants it here. */
export const sounds = () => recall("sound", false);

export function switchSound() {
  remember("sound", sounds() ? null : true);
  if (sounds()) sound();
  return sounds();
}

function sound() {
  audio ??= new AudioContext();
  for (const [hertz, after] of TONES) {
    const [tone, loud, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + after];
    tone.frequency.value = hertz;
    loud.gain.setValueAtTime(0.08, at);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}
