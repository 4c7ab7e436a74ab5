"""How large the zip is that ships: the one for AWS's machines."""

from infra import build
from infra.benchmarks.figures import Figure

MACHINE = "arm64"


def figures() -> list[Figure]:
    """One figure."""
    size = build.build(MACHINE, build.BUILD / "bench" / MACHINE).archive.stat().st_size
    limit = build.LIMIT
    return [Figure("Zip as shipped", MACHINE, size, f"{size / 1e6:.1f} MB", limit, f"≤ {limit / 1e6:.0f} MB")]
