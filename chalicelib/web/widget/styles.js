// The widget's looks, as a constructable stylesheet: no inline style, so a strict Content-Security-Policy is fine.
// The host page may set --parley-accent (a colour that white text is read on) and --parley-font.

const CSS = /* css */ `
:host {
  --accent: var(--parley-accent, #4338ca);
  --accent-soft: color-mix(in srgb, var(--accent) 9%, var(--bg));
  --bg: #fff; --bg2: #f5f6f8; --line: #e3e5ea; --ink: #17191f; --ink2: #565d6b; --link: var(--accent);
  --bad: #b42318; --warm: #92400e; --warm-soft: #fef3c7; --good: #067647; --good-soft: #dcfae6;
  --shadow: 0 0 0 1px rgb(16 18 24 / 6%), 0 12px 40px rgb(16 18 24 / 20%);
  all: initial; display: contents; color-scheme: light;
}
:host([data-dark]) {
  --bg: #15171c; --bg2: #1e2128; --line: #2f343e; --ink: #eceef2; --ink2: #a5adbb;
  --link: color-mix(in srgb, var(--accent) 45%, #fff); --bad: #fda29b; --warm: #fcd34d; --warm-soft: #3a2a08;
  --good: #75e0a7; --good-soft: #0b3321; --shadow: 0 0 0 1px rgb(255 255 255 / 9%), 0 12px 40px rgb(0 0 0 / 60%);
  --accent-soft: color-mix(in srgb, var(--accent) 22%, var(--bg)); color-scheme: dark;
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0; }
[hidden] { display: none !important; }
.root { font: 400 15px/1.5 var(--parley-font, system-ui, sans-serif); color: var(--ink); text-align: start; }
button, input, textarea { font: inherit; color: inherit; }
button { background: none; border: 0; cursor: pointer; text-align: start; }
button:disabled { opacity: .5; cursor: default; }
svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; flex: none; display: block; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
ul { list-style: none; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; width: 56px; height: 56px; border-radius: 28px; background: var(--accent); color: #fff; display: grid; place-items: center; box-shadow: var(--shadow); }
.launcher svg { width: 26px; height: 26px; }
.badge { min-width: 20px; height: 20px; padding-inline: 6px; border-radius: 10px; background: var(--accent); color: #fff; font-size: 12px; font-weight: 600; line-height: 20px; text-align: center; }
.launcher .badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; background: #c4321f; box-shadow: 0 0 0 2px var(--bg); }

.panel { background: var(--bg); display: flex; flex-direction: column; overflow: hidden; position: relative; container-type: inline-size; }
.floating { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; z-index: 2147483001; width: 408px; height: min(680px, calc(100dvh - 108px)); border-radius: 18px; box-shadow: var(--shadow); }
.inpage { height: 100%; min-height: 480px; border: 1px solid var(--line); border-radius: 14px; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@media (prefers-reduced-motion: no-preference) { .floating { animation: rise .18s; } }
@media (max-width: 520px) { .floating { inset: 0; width: auto; height: 100dvh; border-radius: 0; } .launcher.isopen { display: none; } }

.panes { flex: 1; min-height: 0; display: grid; grid-template: 1fr / 1fr; }
.pane { grid-area: 1 / 1; min-width: 0; min-height: 0; display: flex; flex-direction: column; background: var(--bg); position: relative; }
.panes[data-view=list] > .main, .panes[data-view=room] > .side { display: none; }
.main .top .faces { display: none; }
@container (min-width: 720px) {
  .main .top .faces { display: flex; }
  .panes { grid-template-columns: minmax(280px, 34%) 1fr; }
  .panes > .main { grid-area: 1 / 2; display: flex !important; border-inline-start: 1px solid var(--line); }
  .panes > .side { display: flex !important; }
  .main .back { display: none; }
}

.top { display: flex; align-items: center; gap: 10px; padding: 14px 16px 12px; min-height: 64px; }
.top h2 { font-size: 17px; font-weight: 650; line-height: 1.25; }
.top h2, .top p { overflow: hidden; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; }
.top > .grow, .grow { flex: 1; min-width: 0; }
.top p { font-size: 13px; color: var(--ink2); }
.main > .top { border-block-end: 1px solid var(--line); }
.round { width: 36px; height: 36px; border-radius: 10px; display: grid; place-items: center; color: var(--ink2); flex: none; position: relative; }
.round:hover, .round[aria-expanded=true] { background: var(--bg2); color: var(--ink); }
.faces { display: flex; }
.faces > * + * { margin-inline-start: -8px; }
.faces .face { box-shadow: 0 0 0 2px var(--bg); }
.face { width: 32px; height: 32px; border-radius: 50%; display: grid; place-items: center; color: #fff; font-size: 12px; font-weight: 650; flex: none; background: oklch(.47 .12 var(--hue, 250)); letter-spacing: .02em; }
.face.vendor { background: var(--accent); }
.face.small { width: 22px; height: 22px; font-size: 9px; }
.face.room { border-radius: 10px; background: var(--bg2); color: var(--ink2); width: 38px; height: 38px; }
.face.room.triage { background: var(--accent-soft); color: var(--link); }

.find { margin: 0 16px 10px; position: relative; }
.find svg { position: absolute; inset-block-start: 10px; inset-inline-start: 11px; width: 18px; height: 18px; color: var(--ink2); pointer-events: none; }
.field { width: 100%; border: 1px solid var(--line); background: var(--bg2); border-radius: 10px; padding: 8px 12px; line-height: 20px; }
.field::placeholder, textarea::placeholder { color: var(--ink2); opacity: 1; }
.field:focus { outline: 2px solid var(--link); outline-offset: -1px; background: var(--bg); }
.find .field { padding-inline-start: 36px; }
.tabs { display: flex; gap: 4px; margin: 0 16px 6px; }
.tabs button { padding: 5px 12px; border-radius: 999px; font-size: 13.5px; font-weight: 550; color: var(--ink2); }
.tabs button:hover { background: var(--bg2); }
.tabs button[aria-pressed=true] { background: var(--accent-soft); color: var(--link); }
.rooms { flex: 1; overflow-y: auto; padding: 4px 8px 8px; overscroll-behavior: contain; }
.row { width: 100%; display: flex; gap: 12px; padding: 10px; border-radius: 12px; align-items: center; }
.row:hover { background: var(--bg2); }
.row[aria-current=true] { background: var(--accent-soft); }
.row .line { display: flex; align-items: baseline; gap: 8px; }
.row .name { flex: 1; min-width: 0; font-weight: 550; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row .time, .row .last, .row .state { font-size: 13px; color: var(--ink2); }
.row .last { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row.new .name { font-weight: 700; }
.row.new .last { color: var(--ink); }
.row .state { display: flex; align-items: center; gap: 6px; margin-block-start: 3px; font-size: 12.5px; }
.at { width: 20px; height: 20px; border-radius: 50%; background: var(--warm-soft); color: var(--warm); font-size: 12px; font-weight: 700; display: grid; place-items: center; flex: none; line-height: 1; }
.chip { font-size: 12px; font-weight: 550; border-radius: 6px; padding: 1px 7px; background: var(--bg2); color: var(--ink2); white-space: nowrap; }
.chip.turn { background: var(--warm-soft); color: var(--warm); }
.chip.done { background: var(--good-soft); color: var(--good); }
.none { padding: 28px 24px; text-align: center; color: var(--ink2); }
.foot { padding: 10px 16px 14px; border-block-start: 1px solid var(--line); }
.primary { display: flex; align-items: center; justify-content: center; gap: 8px; width: 100%; background: var(--accent); color: #fff; font-weight: 600; border-radius: 11px; padding: 10px 16px; }
.primary:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 88%, #000); }
.plain { color: var(--link); font-weight: 550; border-radius: 8px; padding: 4px 8px; font-size: 13.5px; }
.plain:hover { background: var(--accent-soft); }
.plain.bad { color: var(--bad); }

.issues { border-block-end: 1px solid var(--line); padding: 6px 16px; font-size: 13px; }
.issues li { padding: 2px 0; }
summary { cursor: pointer; }
.issues summary .chip { margin-inline-end: 8px; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 12px 14px 6px; display: flex; flex-direction: column; }
.log > :first-child { margin-block-start: auto; }
.mark { display: flex; align-items: center; gap: 10px; color: var(--ink2); font-size: 12.5px; font-weight: 550; margin: 16px 0 8px; }
.mark::before, .mark::after { content: ""; flex: 1; height: 1px; background: var(--line); }
.mark.new { color: var(--bad); }
.mark.new::before, .mark.new::after { background: var(--bad); opacity: .35; }
.older { align-self: center; }
.said { display: grid; grid-template-columns: 32px minmax(0, 1fr); column-gap: 10px; margin-block-start: 12px; position: relative; border-radius: 12px; }
.said.more { margin-block-start: 3px; }
.said.more > .face, .said.more .who { display: none; }
.said > .words { grid-column: 2; justify-self: start; max-width: 100%; min-width: 0; display: flex; flex-direction: column; align-items: flex-start; }
.said.mine { grid-template-columns: minmax(0, 1fr); margin-inline-start: 44px; }
.said.mine > .words { grid-column: 1; justify-self: end; align-items: flex-end; }
.said.mine > .face, .said.mine .who .name { display: none; }
.who { display: flex; gap: 8px; align-items: baseline; font-size: 12.5px; color: var(--ink2); margin-block-end: 3px; }
.who .name { font-weight: 650; color: var(--ink); font-size: 13.5px; }
.bubble { background: var(--bg2); border-radius: 4px 16px 16px 16px; padding: 8px 12px; max-width: 100%; overflow-wrap: anywhere; min-width: 0; }
.said.more .bubble { border-start-start-radius: 16px; }
.mine .bubble { background: var(--accent); color: #fff; border-radius: 16px 16px 4px 16px; --link: #fff; }
.mine .bubble a { text-decoration: underline; }
.waiting .bubble { opacity: .65; }
.gone .bubble { background: none; border: 1px dashed var(--line); color: var(--ink2); font-style: italic; }
.bubble > * + * { margin-block-start: 6px; }
.text > * + * { margin-block-start: 6px; }
.text p { white-space: pre-wrap; }
.text a { color: var(--link); text-decoration: underline; text-underline-offset: 2px; }
.text ul, .text ol { padding-inline-start: 20px; list-style: disc; }
.text ol { list-style: decimal; }
.text code, .text pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.text code { background: color-mix(in srgb, currentColor 10%, transparent); border-radius: 5px; padding: 1px 5px; }
.text pre { background: #14161c; color: #e8eaf0; border-radius: 10px; padding: 10px 12px; overflow-x: auto; white-space: pre; }
.text pre code { background: none; padding: 0; }
.text blockquote { border-inline-start: 3px solid color-mix(in srgb, currentColor 35%, transparent); padding-inline-start: 10px; opacity: .9; }
.mention { font-weight: 650; background: color-mix(in srgb, currentColor 12%, transparent); border-radius: 5px; padding: 0 3px; }
.cite { display: block; width: 100%; border-inline-start: 3px solid color-mix(in srgb, currentColor 45%, transparent); padding: 2px 0 2px 9px; font-size: 13px; }
.cite b { display: block; font-weight: 650; }
.cite span { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.files { display: flex; flex-wrap: wrap; gap: 6px; }
.file { display: flex; align-items: center; gap: 8px; max-width: 100%; border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: 10px; padding: 6px 10px; color: inherit; text-decoration: none; font-size: 13.5px; }
.file:hover { border-color: currentColor; }
.file .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.file small { font-size: 12px; white-space: nowrap; }
.image { display: block; border-radius: 10px; overflow: hidden; max-width: 260px; line-height: 0; border: 1px solid var(--line); background: var(--bg2); }
.image img { max-width: 100%; max-height: 240px; min-height: 40px; object-fit: contain; }
.marks { display: flex; flex-wrap: wrap; gap: 4px; margin-block-start: 4px; }
.marks button { border: 1px solid var(--line); background: var(--bg); border-radius: 999px; padding: 0 8px; font-size: 13px; line-height: 22px; }
.marks button[aria-pressed=true] { border-color: var(--link); background: var(--accent-soft); }
.fate { font-size: 12.5px; color: var(--ink2); display: flex; align-items: center; gap: 4px; margin-block-start: 2px; }
.fate.bad { color: var(--bad); }
.tools { position: absolute; inset-block-start: -10px; inset-inline-end: 4px; display: none; background: var(--bg); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 2px 8px rgb(16 18 24 / 12%); padding: 2px; z-index: 2; }
.said.mine .tools { inset-inline-end: auto; inset-inline-start: 0; }
.said:hover > .tools, .said:focus-within > .tools, .tools:focus-within { display: flex; }
.tools button { min-width: 30px; height: 28px; padding-inline: 6px; border-radius: 7px; display: grid; place-items: center; color: var(--ink2); font-size: 15px; }
.tools svg { width: 17px; height: 17px; }
.tools button:hover { background: var(--bg2); color: var(--ink); }
.tools .sure { color: var(--bad); font-size: 13px; font-weight: 600; white-space: nowrap; }
.typing { min-height: 20px; padding: 0 16px; font-size: 12.5px; color: var(--ink2); }

.compose { border-block-start: 1px solid var(--line); padding: 10px 12px 12px; }
.box { border: 1px solid var(--line); border-radius: 14px; background: var(--bg); display: flex; align-items: flex-end; padding: 4px; gap: 2px; position: relative; }
.box:focus-within { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.box textarea { flex: 1; min-width: 0; border: 0; background: none; resize: none; padding: 7px 4px; line-height: 22px; max-height: 160px; outline: none; overflow-y: auto; }
.box .round { width: 34px; height: 34px; }
.box .go { background: var(--accent); color: #fff; border-radius: 10px; }
.box .go:hover:not(:disabled) { background: color-mix(in srgb, var(--accent) 88%, #000); color: #fff; }
.box .go:disabled { background: var(--bg2); color: var(--ink2); opacity: 1; }
.about { display: flex; align-items: center; gap: 8px; padding: 2px 4px 8px; font-size: 13px; color: var(--ink2); }
.about .grow { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.about b { color: var(--ink); font-weight: 600; }
.compose .files { padding: 0 2px 8px; }
.compose .file { padding-inline-end: 4px; }
.file.busy { opacity: .6; }
.file .round { width: 24px; height: 24px; border-radius: 6px; }
.file .round svg { width: 14px; height: 14px; }
.people { position: absolute; inset-inline: 0; inset-block-end: calc(100% + 6px); background: var(--bg); border-radius: 12px; box-shadow: var(--shadow); padding: 4px; max-height: 220px; overflow-y: auto; z-index: 3; }
.person { display: flex; align-items: center; gap: 10px; padding: 6px 8px; border-radius: 8px; width: 100%; cursor: pointer; }
.person[aria-selected=true], .menu button:hover { background: var(--bg2); }
.person small { color: var(--ink2); font-size: 12.5px; }
.drop { position: absolute; inset: 8px; border: 2px dashed var(--link); border-radius: 14px; background: color-mix(in srgb, var(--bg) 92%, transparent); color: var(--link); font-weight: 600; display: grid; place-items: center; z-index: 5; pointer-events: none; }
.menu { position: absolute; inset-block-start: 56px; inset-inline-end: 12px; width: min(320px, calc(100% - 24px)); max-height: 70%; overflow-y: auto; background: var(--bg); border-radius: 14px; box-shadow: var(--shadow); z-index: 4; padding: 6px; }
.menu > button { display: flex; align-items: center; gap: 10px; width: 100%; padding: 8px 10px; border-radius: 9px; }
.menu h3 { font-size: 12.5px; font-weight: 600; color: var(--ink2); padding: 10px 10px 4px; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--good); }
.form { padding: 6px 16px 16px; display: flex; flex-direction: column; gap: 12px; overflow-y: auto; flex: 1; }
.form label { display: flex; flex-direction: column; gap: 5px; font-size: 13.5px; font-weight: 550; }
.form textarea.field { min-height: 120px; resize: vertical; font-weight: 400; }
.form input.field { font-weight: 400; }
.form p { color: var(--ink2); }
.problem, .bar { background: var(--warm-soft); color: var(--warm); font-size: 13px; padding: 7px 16px; }
.form .problem { border-radius: 9px; padding-inline: 12px; color: var(--warm); }
`;

let sheet = null;

/** The stylesheet, made once a page. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
