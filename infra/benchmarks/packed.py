"""How large the zip is that ships: the one for AWS's machines; and for which Python it was compiled."""

from infra import build, runtime
from infra.benchmarks.figures import Figure
from infra.venvs import NotPossible


def figures() -> list[Figure]:
    """One figure."""
    target = _target()
    size = build.build(target, build.BUILD / "bench" / f"{target.machine}-{target.name}").archive.stat().st_size
    name = f"{target.machine}, {target.name}"
    return [Figure("Zip as shipped", name, size, f"{size / 1e6:.1f} MB", build.LIMIT, f"≤ {build.LIMIT / 1e6:.0f} MB")]


def _target() -> runtime.Target:
    """AWS's own, where its Python is at hand to compile for it; else AWS's machine with the Python of this one."""
    try:
        return runtime.for_aws()
    except NotPossible:
        return runtime.Target(runtime.MACHINE, runtime.here(), runtime.host().compiler)
