"""The pages: their files, their scripts bundled, and how they are served."""

from pathlib import Path

WEB = Path(__file__).parents[2] / "web"
