"""The package for pages that are built, and the button in each framework: one line, one person, nothing left."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.pages import fetched
from infra.venvs import ROOT

from .house import PAGE, House, Page

PACKAGE = ROOT / "packages" / "support"
APPS = {
    "React": """
        import { createElement as e, StrictMode, useState } from "react";
        import { createRoot } from "react-dom/client";
        import { ParleySupport } from "parley-support/react";
        function App() {
          const [on, show] = useState(true);
          const [who, login] = useState("ann");
          const [waiting, count] = useState(null);
          Object.assign(window, { show, login });
          return e("main", null, e("p", { id: "waiting" }, String(waiting)), on && e(ParleySupport, {
            base: "https://parley.test", onUnread: (n) => count(n),
            renew: async () => (await (await fetch(`/token?who=${who}`)).json()).token, key: who }));
        }
        createRoot(document.getElementById("app")).render(e(StrictMode, null, e(App)));""",
    "Vue": """
        import { createApp, h, ref } from "vue";
        import { ParleySupport } from "parley-support/vue";
        const on = ref(true), who = ref("ann"), waiting = ref(null);
        Object.assign(window, { show: (to) => { on.value = to; }, login: (to) => { who.value = to; } });
        createApp({ render: () => h("main", null, [h("p", { id: "waiting" }, String(waiting.value)), on.value
          && h(ParleySupport, { base: "https://parley.test", key: who.value, onUnread: (n) => { waiting.value = n; },
            renew: async () => (await (await fetch(`/token?who=${who.value}`)).json()).token })]) }).mount("#app");""",
    "plain": """
        import { load, open, unread, close } from "parley-support";
        const base = "https://parley.test", at = document.getElementById("app");
        at.append(Object.assign(document.createElement("p"), { id: "waiting" }));
        let who = "ann", element = null;
        const renew = (name) => async () => (await (await fetch(`/token?who=${name}`)).json()).token;
        const begin = async () => { await load(base); element = document.createElement("parley-support");
          element.setAttribute("base", base); document.body.append(element); element.renew = renew(who); };
        let off = null;
        const shows = (n) => { document.getElementById("waiting").textContent = n; };
        const counts = () => { off = unread(shows, { base }); };
        const show = (to) => { if (to) return begin(); off(); element.remove(); };
        const login = async (to) => { who = to; await close({ base }); element.remove();
          element = await open({ base, renew: renew(to) }); };
        Object.assign(window, { show, login });
        counts(); begin();""",
}


def built(source: str, where: Path) -> str:
    """A page's script, of an app's source, as a bundler makes it."""
    tools, modules = fetched(), fetched(PACKAGE)
    if tools is None or modules is None:
        pytest.skip("npm could not bring the frameworks")
    (where / "node_modules").symlink_to(modules)
    alias = [f"--alias:parley-support{name}={PACKAGE}/{file}.js" for name, file in ENTRIES.items()]
    command = [
        str(tools / ".bin" / "esbuild"),
        "--bundle",
        "--format=esm",
        '--define:process.env.NODE_ENV="development"',
    ]
    done = subprocess.run(
        [*command, *alias],
        input=source,
        capture_output=True,
        text=True,
        check=False,
        cwd=where,
        env={"NODE_PATH": str(modules)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ENTRIES = {"/react": "react", "/vue": "vue", "": "index"}


def rooms(house: House) -> None:
    for who, name in (("acme/ann", "Of Ann"), ("other/eve", "Of Eve")):
        customer, _, user = who.partition("/")
        room = house.tenant.user(customer, user).post("/v1/rooms", {"name": name}).json["id"]
        house.tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "An answer"})
    house.parley.settle()


def hosted(house: House, script: str) -> Page:
    house.scripts["/app.js"] = script
    page = '<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><div id="app"></div>'
    return house.page(page + '<script type="module" src="/app.js"></script></html>')


@pytest.mark.parametrize("name", APPS)
def test_it_lives_in(house: House, name: str, tmp_path: Path) -> None:
    rooms(house)
    page = hosted(house, built(APPS[name], tmp_path))
    page.until(lambda: page.one("#waiting").inner_text() == "1")
    page.open().enter("Of Ann").sees("An answer")
    page.field.fill("Half a")
    assert (house.lines.made, len(house.lines.open)) == (1, 1)
    page.run("show(false)")
    page.until(lambda: not house.lines.open)
    page.run("show(true)")
    page.sees("An answer")
    assert page.field.input_value() == "Half a"
    page.run("await login('other/eve')")
    page.until(lambda: page.run("return widget?.session?.me?.external_id") == "eve")
    page.run("widget.open(); return null")
    page.one(".row .name", has_text="Of Eve").wait_for()
    assert "Of Ann" not in page.run("return widget.shadowRoot.textContent")
    page.until(lambda: len(house.lines.open) == 1)
    assert page.wrong == []


def test_it_lives_with_turbo(house: House, tmp_path: Path) -> None:
    rooms(house)
    house.scripts["/app.js"] = built('import "@hotwired/turbo";', tmp_path)
    for path, other in (("/", "/next"), ("/next", "/")):
        body = f'<a href="{other}">Next</a><parley-support token-url="/token"></parley-support>'
        turbo = '<script type="module" src="/app.js"></script></head><body>'
        whole = PAGE.format(body=body).replace("<title>", f"<head><title>{path} ").replace("<body>", turbo)
        house.bodies[path] = whole
    page = house.page().open().enter("Of Ann")
    page.field.fill("Half a")
    for title in ("/next", "/"):
        page.one("a", has_text="Next").click()
        page.until(lambda title=title: page.page.title().startswith(title))
        page.sees("An answer")
        assert page.field.input_value() == "Half a"
    assert (house.lines.made, len(house.lines.open)) == (1, 1)
    page.page.go_back()
    page.sees("An answer")
    page.until(lambda: len(house.lines.open) == 1)
    assert page.wrong == []


TYPED = """
import { open, unread, type Options } from "parley-support";
import { ParleySupport } from "parley-support/react";
import { ParleySupport as InVue } from "parley-support/vue";
const options: Options = { base: "https://parley.example.com", renew: async () => "token" };
open(options).then((element: HTMLElement) => element.remove());
const off: () => void = unread((count: number) => console.log(count.toFixed()), options);
off();
ParleySupport({ base: "https://parley.example.com", tokenUrl: "/t", onUnread: (n) => n.toFixed() });
// @ts-expect-error: without an address there is no button
ParleySupport({ tokenUrl: "/t" });
export const made = InVue;
"""


def test_its_types_say_what_it_takes(tmp_path: Path) -> None:
    modules = fetched(PACKAGE)
    if modules is None:
        pytest.skip("npm could not bring TypeScript")
    (tmp_path / "node_modules").mkdir()
    for each in modules.iterdir():
        (tmp_path / "node_modules" / each.name).symlink_to(each)
    shutil.copytree(PACKAGE, tmp_path / "node_modules" / "parley-support", ignore=lambda *_: ["node_modules"])
    (tmp_path / "app.ts").write_text(TYPED)
    options = ["--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022"]
    command = ["node", str(modules / "typescript" / "bin" / "tsc"), *options, "--skipLibCheck", "app.ts"]
    done: Any = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
