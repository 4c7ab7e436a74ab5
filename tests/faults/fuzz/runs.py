"""A round: requests to one scene, one after the other, with the workers run now and then; and the smallest request that
fails alone in a scene of its own."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from . import judge
from .requests import Ask, Drawing, ask
from .scene import Scene, cpu, playing

ROUND = 500  # requests to one scene
WORKED = 20  # requests after which the workers run
TRIES = 120  # scenes in which a smaller request is looked for


@dataclass
class Fault:
    """What failed: the request, or for workers the requests since they had run before."""

    round: int
    number: int
    asks: list[Ask]
    reasons: list[str]


@dataclass
class Played:
    """What a round came to."""

    statuses: Counter[int] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    answers: list[int] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    faults: list[Fault] = field(default_factory=list)


def play(seed: int, size: int = ROUND) -> Played:
    """The requests of a round."""
    result, waiting = Played(), list[Ask]()
    with playing(seed) as scene:
        drawing = Drawing(scene)
        for number in range(size):
            rng = random.Random(f"{seed}:{number}")
            one = drawing.draw(rng)
            reasons = _asked(scene, one, rng, drawing, result)
            if reasons:
                result.faults.append(Fault(seed, number, [one], reasons))
            waiting.append(one)
            if len(waiting) == WORKED or number == size - 1:
                if reasons := _worked(scene):
                    result.faults.append(Fault(seed, number, waiting, reasons))
                waiting = []
    return result


def _asked(scene: Scene, one: Ask, rng: random.Random, drawing: Drawing | None, result: Played) -> list[str]:
    scene.outside.rng = rng
    began = cpu()
    got = None
    try:
        got = ask(scene, one)
    except Exception as error:  # noqa: BLE001  the door never raises
        scene.stage.failed("raised", error)
    seconds = cpu() - began
    result.routes[one.what] += 1
    result.slowest = max(result.slowest, (seconds, one.what))
    if got is not None:
        result.statuses[got.status] += 1
        result.answers.append(got.status)
        result.good[one.what] += got.status < 400
        if drawing and got.status < 300:
            drawing.learn(got.text)
    reasons = judge.faults(one, got, seconds)
    if scene.stage.broken:
        reasons += scene.stage.broken
        scene.stage.broken.clear()
    return reasons


def _worked(scene: Scene) -> list[str]:
    began = cpu()
    try:
        scene.work()
    except Exception as error:  # noqa: BLE001  a worker that raises is a finding
        scene.stage.failed("broke", error)
    return judge.worked(scene, cpu() - began)


def alone(one: Ask, seed: int) -> list[str]:
    """What is wrong with a request that is the only one."""
    with playing(seed) as scene:
        reasons = _asked(scene, one, random.Random(seed), None, Played())
        return reasons + _worked(scene)


def smallest(fault: Fault) -> Ask | None:
    """The smallest request with which it fails alone; None if none of them does."""
    for one in fault.asks:
        if alone(one, fault.round):
            return _shrunk(one, fault.round)
    return None


def _shrunk(one: Ask, seed: int) -> Ask:
    tries, found = TRIES, True
    while found and tries > 0:
        found = False
        for smaller in _smaller(one):
            tries -= 1
            if tries <= 0:
                break
            if alone(smaller, seed):
                one, found = smaller, True
                break
    return one


def _smaller(one: Ask) -> Iterator[Ask]:
    """The request with something left out, big pieces first."""
    for name in one.headers:
        yield replace(one, headers={key: value for key, value in one.headers.items() if key != name})
    for name in one.query:
        yield replace(one, query={key: value for key, value in one.query.items() if key != name})
    size = len(one.body) // 2
    while size >= max(1, len(one.body) // 64):
        for at in range(0, len(one.body), size):
            yield replace(one, body=one.body[:at] + one.body[at + size :])
        size //= 2
