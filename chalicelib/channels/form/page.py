"""The hosted page of a form, for who has no site of their own to put one on, and the page that says thanks.

No script; one style sheet, which the policy allows by its hash. The form posts to the page's own URL.
"""

import base64
import hashlib
from html import escape
from urllib.parse import urlsplit

from ...desk.messages import MAX_CHARACTERS
from ...desk.workspaces import Install
from .config import of
from .submission import MAX_EMAIL, MAX_LINE

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--dim:#5a6676;--paper:#fff;--ground:#f3f5f8;--line:#8792a2;
--mark:#1f56c4;--on-mark:#fff;--bad:#a4161a;--bad-ground:#fdecec}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--dim:#a5b0bf;--paper:#1a2029;--ground:#10141a;
--line:#77839a;--mark:#8ab4ff;--on-mark:#0c1a33;--bad:#ffb3b3;--bad-ground:#3a1a1c}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem 1rem;min-height:100vh;display:grid;place-items:start center;
background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:34rem;padding:clamp(1.25rem,5vw,2.25rem);background:var(--paper);border-radius:.75rem;
box-shadow:0 1px 3px #0003;overflow-wrap:anywhere}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
label{display:block;margin-top:1rem;font-weight:600}
small{display:block;color:var(--dim);font-size:.875rem;font-weight:400}
input,textarea,button{width:100%;margin-top:.25rem;padding:.6rem .7rem;border:1px solid var(--line);
border-radius:.4rem;background:var(--paper);color:inherit;font:inherit}
textarea{min-height:9rem;resize:vertical}
button{margin-top:1.5rem;border-color:var(--mark);background:var(--mark);color:var(--on-mark);font-weight:600;
cursor:pointer}
a{color:var(--mark)}
:focus-visible{outline:3px solid var(--mark);outline-offset:2px}
.problem{margin:0;padding:.6rem .8rem;border-radius:.4rem;background:var(--bad-ground);color:var(--bad)}
.away{position:absolute;left:-100vw;width:1px;height:1px;overflow:hidden}
"""
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
RULES = {
    "default-src": "'none'",
    "style-src": f"'sha256-{HASH}'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def headers(install: Install | None = None) -> dict[str, str]:
    """What goes with the pages. With an install whose redirect leads elsewhere, the policy names that place
    too: Chromium checks where a form's answer redirects to."""
    target = urlsplit(of(install).redirect if install else "")
    elsewhere = {"form-action": f"'self' {target.scheme}://{target.netloc}"} if target.netloc else {}
    policy = "; ".join(f"{what} {who}" for what, who in (RULES | elsewhere).items())
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        # Not no-referrer: the form's Origin would be "null" then.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def page(install: Install, problem: str = "") -> str:
    """The form. `problem` is a sentence about what was wrong with the last try."""
    config = of(install)
    names = {ours: escape(theirs) for ours, theirs in config.fields.items()}
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>\n' if problem else ""
    files = (
        f'<label for="file">File <small>optional, up to 4 MB in all</small></label>'
        f'<input id="file" name="{names["file"]}" type="file"{" multiple" if config.max_files > 1 else ""}>'
    )
    # Off the screen rather than `hidden`: some bots skip what is hidden. Nobody reaches it by key or reader.
    honeypot = (
        f'<div class="away" aria-hidden="true"><label for="trap">Leave this empty</label>'
        f'<input id="trap" name="{escape(config.honeypot)}" tabindex="-1" autocomplete="off"></div>'
    )
    return _document(
        install.name,
        f"""<h1>{escape(install.name)}</h1>
{alert}<form method="post" enctype="multipart/form-data" accept-charset="utf-8">
<label for="name">Name</label>
<input id="name" name="{names["name"]}" autocomplete="name" maxlength="{MAX_LINE}">
<label for="email">E-mail <small>where the answer comes</small></label>
<input id="email" name="{names["email"]}" type="email" autocomplete="email" required maxlength="{MAX_EMAIL}">
<label for="message">Message</label>
<textarea id="message" name="{names["message"]}" required maxlength="{MAX_CHARACTERS}"></textarea>
{files if config.max_files else ""}
{honeypot if config.honeypot else ""}
<button>Send</button>
</form>""",
    )


def thanks(install: Install) -> str:
    """What a browser shows after a submission."""
    return _document(
        f"Thank you · {install.name}",
        '<h1>Thank you</h1>\n<p role="status">Your message has arrived. '
        "The answer comes to the e-mail address that you gave.</p>\n"
        '<p><a href="">Send another message</a></p>',
    )


def _document(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""
