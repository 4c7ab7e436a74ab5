"""The pages: what was built of their modules (infra/pages.py), and how it is served."""

from pathlib import Path

BUILT = Path(__file__).parents[2] / "web" / "built"
